// Listeners by event. What a listener throws, or its promise, is reported as unhandled and stops nobody else.

export interface Events<E> {
  on<K extends keyof E>(type: K, listener: (event: E[K]) => unknown): () => void;
  has_(type: keyof E): boolean;
  /** Calls them at once; settles when all they promised has. */
  emit_<K extends keyof E>(type: K, event: E[K]): Promise<unknown>;
}

export function createEvents<E>(): Events<E> {
  const entries = new Set<readonly [type: keyof E, listener: (event: any) => unknown]>();
  const of = (type: keyof E) => [...entries].filter((entry) => entry[0] === type);
  return {
    on(...entry) {
      entries.add(entry);
      return () => void entries.delete(entry);
    },
    has_: (type) => !!of(type)[0],
    emit_: (type, event) => Promise.all(of(type).map(([, listener]) => call(listener, event))),
  };
}

async function call<T>(listener: (event: T) => unknown, event: T): Promise<void> {
  try {
    await listener(event);
  } catch (error) {
    void Promise.reject(error);
  }
}
