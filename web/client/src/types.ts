// The public types. Everything an application can see is declared here.

/** Where a subscription starts. `"-90s"`, `"-5m"` and `"-2h"` are back from now. */
export type From =
  | "live"
  | "earliest"
  | `-${string}`
  | { time: number }
  | { last: number }
  | { position: string };

/** One Kafka record as the bridge sends it. Of `v`, `s`, `b`, `del` and `omitted` exactly one is there. */
export interface Update<V = any> {
  /** Offset in its partition. */
  o: number;
  /** Timestamp, Unix milliseconds. */
  t: number;
  /** Key as text; absent when the key is null. */
  k?: string;
  /** Key as base64, when it is not UTF-8. */
  kb?: string;
  /** Value, as `JSON.parse` gives it. */
  v?: V;
  /** Value that is text, not JSON. */
  s?: string;
  /** Value as base64, when it is not UTF-8. */
  b?: string;
  /** A tombstone. */
  del?: true;
  /** The value was left out, and why. */
  omitted?: { bytes: number; reason: string };
  /** Headers; a name may come more than once. */
  h?: [name: string, value: string | null | { b: string }][];
  /** With the option `raw`: the text of `v` as it was produced. */
  raw?: string;
}

/** A run of updates of one partition. Offsets `from` to `next - 1` are accounted for. */
export interface Batch<V = any> {
  readonly channel: string;
  readonly partition: number;
  readonly from: number;
  readonly next: number;
  readonly updates: Update<V>[];
  /** Where a subscription stands that has consumed everything up to and including this batch. */
  readonly position: string;
}

/** Offsets that this subscription will not get. `skipped` is the application's own doing (`skipToLive`). */
export interface Gap {
  channel: string;
  partition: number;
  from: number;
  next: number;
  reason: "expired" | "undecodable" | "skipped" | (string & {});
}

/** The history changed under the subscription; it goes on at `position`. What was shown before may be wrong. */
export interface Reset {
  channel: string;
  reason: "recreated" | "truncated" | "channel_changed" | "position_invalid" | (string & {});
  position: string;
}

export type State =
  /** Nothing to do yet; of a subscription: refused, and asked for again on the next connection. */
  | "idle"
  /** No connection yet, or none right now; another attempt is under way or waits its turn. */
  | "connecting"
  /** Receiving what was missed: not yet past the head that the bridge named. */
  | "replaying"
  | "live"
  /** Connected, yet nothing was heard for longer than the heartbeat; being probed. */
  | "stale"
  /** Not connected, and the browser says that there is no network. */
  | "offline"
  /** Ended: by `close()`, by the end of a range or by a terminal error. */
  | "closed";

export interface StateChange {
  old: State;
  new: State;
  /** Why, in a word: `open`, `head`, `closed`, `lost`, `silent`, `pagehide`, `offline`, `draining`, an error's code … */
  reason: string;
  /** The close code, where a socket closed. */
  code?: number | undefined;
  /** Milliseconds until the next attempt, where one waits; `old` may equal `new` then. */
  retryIn?: number | undefined;
}

export interface Lag {
  /** How far behind the bridge's clock the last consumed update is. */
  ms: number;
  /** Updates received and not yet consumed. */
  queued: number;
}

/** An outage that has been made good: all between the cut and the head of the resumption has been consumed. */
export interface Recovered {
  /** Updates consumed between the cut and the head. */
  updates: number;
  /** Per partition that moved: offsets `from` to `next - 1`. */
  ranges: { partition: number; from: number; next: number }[];
  /** Offsets that were lost in gaps: 0 is the promise where Kafka still had the data. */
  lost: number;
  /** Milliseconds from the cut until the subscription was served again. */
  outage: number;
  /** Milliseconds from then until it was live. */
  replay: number;
}

export interface Stats {
  /** Updates consumed. */
  updates: number;
  /** Characters of batch frames received. */
  received: number;
  /** Updates that arrived again and were dropped. */
  duplicates: number;
  /** Holes found in the coverage; each led to a resubscription. */
  holes: number;
  gaps: number;
  /** Offsets lost in gaps. */
  lost: number;
  resets: number;
  /** Times that the subscription was taken up again. */
  resumes: number;
}

export interface SubscriptionEvents<V = any> {
  /** A promise returned by the listener holds the next batch back until it settles. */
  batch: Batch<V>;
  gap: Gap;
  reset: Reset;
  state: StateChange;
  error: TailraceError;
  lag: Lag;
  recovered: Recovered;
}

/**
 * What a person should know and a program need not act on; of the bridge's Kafka, or of one channel. Of Kafka each new
 * connection tells only where it is unreachable: what was told before the socket's state became `live` is over.
 */
export interface Status {
  kafka?: "unreachable" | "reachable";
  channel?: string;
  topic?: "missing" | "present";
  /** Partition whose end an open transaction holds at `stable`. */
  p?: number;
  held_by_transaction?: boolean;
  stable?: number;
  since: number;
}

export interface ClientEvents {
  /** Of the main socket: `idle connecting live stale offline closed`. */
  state: StateChange;
  error: TailraceError;
  status: Status;
}

/** Every error says whether the library goes on by itself (`retryable`) and what to do (`hint`). */
export interface TailraceError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly hint: string;
}

export interface Emitter<E> {
  /** Returns a function that takes the listener off again. */
  on<K extends keyof E>(type: K, listener: (event: E[K]) => unknown): () => void;
}

export interface SubscribeOptions {
  /** The first start; default `"live"`. Used again only after a reset. */
  from?: From;
  /** Resume here instead: a `position` kept from an earlier page. Nothing or null: start at `from`. */
  position?: string | null;
  /** Give every update its value's text in `raw` too, for integers beyond 2^53 or exact decimals. */
  raw?: boolean;
}

/** A place in a channel that moves. Batches come by `for await` or by `on("batch")`; leaving the loop closes it. */
export interface Subscription<V = any> extends Emitter<SubscriptionEvents<V>>, AsyncIterable<Batch<V>> {
  readonly channel: string;
  readonly state: State;
  /** What the application has consumed, to be kept over a page reload; empty before the first start is known. */
  readonly position: string;
  /** Next offset wanted per partition, of what has been consumed; NaN where it is not known yet. */
  readonly offsets: Record<number, number>;
  readonly stats: Readonly<Stats>;
  readonly lag: Lag;
  readonly paused: boolean;
  /** Hand out nothing more. What arrives is kept up to `highWater`; then the bridge is told to stop. */
  pause(): void;
  resume(): void;
  /** Leave out all that is queued or missed and go on at the head; gaps say what, and a reset among it is told. */
  skipToLive(): void;
  close(): void;
}

export interface ChannelInfo {
  name: string;
  topic: string;
  /** `latest` is the end for a read_committed reader; null where a number is not known. */
  partitions: { partition: number; earliest: number | null; latest: number | null }[];
  /** Records per second. */
  rate: number;
}

/** The answer to `times`. */
export interface Times {
  channel: string;
  /** As asked, rounded down to seconds. */
  at: number[];
  /** A row per time: of each partition the first offset at or after it, else the end; null where not known. */
  offsets: (number | null)[][];
  /** Timestamp of the channel's earliest record. */
  earliest: number | null;
}

/** Where a range ends: the first that is not wanted. What counts back from now is fixed when the socket opens. */
export type To = `-${string}` | { time: number } | { position: string };

export interface Client extends Emitter<ClientEvents> {
  readonly state: State;
  /** Unix milliseconds on the bridge's clock. */
  now(): number;
  subscribe<V = any>(channel: string, options?: SubscribeOptions): Subscription<V>;
  /** History, on a socket of its own; the loop ends where the range does. Where another history begins it ends by an error. */
  range<V = any>(
    channel: string,
    from: From,
    to: To,
    options?: { raw?: boolean },
  ): Subscription<V>;
  channels(): Promise<ChannelInfo[]>;
  /** The offset of every partition at each of up to 200 times. */
  times(channel: string, at: number[]): Promise<Times>;
  /** Let go of the sockets until `retry()`; a Worker's page does so on `pagehide`, for the back/forward cache. */
  suspend(): void;
  /** Connect now: out of a backoff or a suspension. */
  retry(): void;
  /** Ends all subscriptions and sockets. */
  close(): void;
}

export interface Options {
  /** A JWT, or where to get one: asked at each connection and, in time, before it expires. */
  token?: string | (() => string | Promise<string>);
  /** A WebSocket class, where the platform has none (Node 20). */
  WebSocket?: WebSocketClass;
  /** Characters of frames that one subscription keeps for a slow consumer; default 4 Mi. */
  highWater?: number;
}

export type WebSocketClass = new (url: string, protocols?: string[]) => WebSocketLike;

/** What of a WebSocket is used. */
export interface WebSocketLike {
  readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
}
