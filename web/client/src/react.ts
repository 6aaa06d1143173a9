// React: a channel as state. React is a peer; nothing else is needed.
import { useMemo, useSyncExternalStore } from "react";
import type { Client, From, Gap, Lag, State, Subscription, TailraceError, Update } from "./types.js";

export interface ChannelView<V = any> {
  readonly state: State;
  /** The newest updates, oldest first. */
  readonly updates: readonly Update<V>[];
  readonly lag: Lag;
  /** The last one. */
  readonly gap: Gap | undefined;
  /** The last one; gone when the channel is live again. */
  readonly error: TailraceError | undefined;
}

export interface ChannelOptions {
  /** Default `"live"`. */
  from?: From;
  /** How many updates to keep; default 100. */
  keep?: number;
  raw?: boolean;
}

/** Subscribes while mounted; renders at most once per frame. */
export function useChannel<V = any>(client: Client, channel: string, options: ChannelOptions = {}): ChannelView<V> {
  const { from = "live", keep = 100, raw = false } = options;
  const start = JSON.stringify(from);
  const store = useMemo(() => {
    const open = (position: string) => client.subscribe<V>(channel, { from: JSON.parse(start), position, raw });
    return createStore(open, keep);
  }, [client, channel, start, keep, raw]);
  return useSyncExternalStore(store.subscribe, store.view, store.view);
}

/** What a channel's subscription says, as values that React can compare. Subscribes with the first listener. */
function createStore<V>(open: (position: string) => Subscription<V>, keep: number) {
  const listeners = new Set<() => void>();
  let view: ChannelView<V> = { state: "idle", updates: [], lag: { ms: 0, queued: 0 }, gap: undefined, error: undefined };
  let next = view;
  let frame: (() => void) | undefined;
  let sub: Subscription<V> | undefined;
  let position = "";

  function change(part: Partial<ChannelView<V>>): void {
    next = { ...next, ...part };
    frame ??= atNextFrame(() => {
      frame = undefined;
      view = next;
      for (const listener of listeners) listener();
    });
  }

  function start(): void {
    sub = open(position);
    change({ state: sub.state, lag: sub.lag }); // of a channel that others have already
    sub.on("batch", ({ updates }) => change({ updates: [...next.updates, ...updates].slice(-keep || Infinity) }));
    sub.on("state", ({ new: state }) => change({ state, ...(state === "live" && { error: undefined }) }));
    sub.on("lag", (lag) => change({ lag }));
    sub.on("gap", (gap) => change({ gap }));
    sub.on("reset", () => change({ updates: [] }));
    sub.on("error", (error) => change({ error }));
  }

  function stop(): void {
    position = sub!.position; // a component that mounts again goes on there
    sub!.close();
    frame?.();
    frame = undefined;
  }

  return {
    view: () => view,
    subscribe(listener: () => void): () => void {
      if (!listeners.size) start();
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (!listeners.size) stop();
      };
    },
  };
}

/** Returns the cancellation. */
function atNextFrame(then: () => void): () => void {
  if (typeof requestAnimationFrame === "undefined") {
    const id = setTimeout(then, 16);
    return () => clearTimeout(id);
  }
  const id = requestAnimationFrame(then);
  return () => cancelAnimationFrame(id);
}
