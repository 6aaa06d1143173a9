// Listeners by event. What a listener throws is reported and stops nobody else.

export class Events<E> {
  private readonly listeners_ = new Map<keyof E, Set<(event: any) => unknown>>();

  on<K extends keyof E>(type: K, listener: (event: E[K]) => unknown): () => void {
    let set = this.listeners_.get(type);
    if (!set) this.listeners_.set(type, (set = new Set()));
    set.add(listener);
    return () => void set.delete(listener);
  }

  has_(type: keyof E): boolean {
    return !!this.listeners_.get(type)?.size;
  }

  /** A promise when a listener returned one: it settles when all have. */
  emit_<K extends keyof E>(type: K, event: E[K]): Promise<unknown> | undefined {
    const pending: unknown[] = [];
    for (const listener of [...(this.listeners_.get(type) ?? [])]) {
      try {
        const result: any = listener(event);
        if (result?.then) pending.push(result.then(null, report));
      } catch (error) {
        report(error);
      }
    }
    return pending.length ? Promise.all(pending) : undefined;
  }

  clear_(): void {
    this.listeners_.clear();
  }
}

function report(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
