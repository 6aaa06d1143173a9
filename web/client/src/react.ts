// React: a channel as state. React is a peer; nothing else is needed.
import type { Client, From, Gap, Lag, State, TailraceError, Update } from "./types.js";

export interface ChannelView<V = any> {
  state: State;
  /** The newest updates, oldest first. */
  updates: readonly Update<V>[];
  lag: Lag;
  gap: Gap | undefined;
  error: TailraceError | undefined;
}

/** Subscribes while mounted; renders at most once per frame; keeps the newest `keep` (default 100) updates. */
export declare function useChannel<V = any>(
  client: Client,
  channel: string,
  options?: { from?: From; keep?: number; raw?: boolean },
): ChannelView<V>;
