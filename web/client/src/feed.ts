// A channel on a connection: subscribes, follows the chain, and hands what is new to the subscriptions that share it.
import { backoff } from "./backoff.js";
import type { Connection, Rider } from "./connection.js";
import { failure } from "./errors.js";
import type { Cancel, Host } from "./host.js";
import {
  adopt, advance, copyPosition, formatPosition, hasPassed, marksOf, nextOf, parsePosition,
  type Cover, type Position,
} from "./position.js";
import { addRaw } from "./raw.js";
import type { From, StateChange, Stats, TailraceError, To } from "./types.js";
import { coversOf, need, type Frame } from "./wire.js";

/** Added to the backoff of a subscription that the bridge asks to try again: from 5 s. */
const AGAIN = 4500;

/** Milliseconds of the units of relative times. */
const UNITS: Record<string, number> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5 };

/** Why a state may be another now. */
export type Change = Pick<StateChange, "reason" | "code" | "retryIn">;

/** A subscription, as its feed sees it. */
export interface Follower {
  readonly channel: string;
  /** What it has received, whole; its feed's own while it has one. Nothing before its start is known. */
  place_: Position | undefined;
  /** The start, where there is no place. */
  from_: From;
  /** The first start, never a position: serves again after a reset. */
  readonly start_: From;
  /** The end, where there is one. */
  to_: To | undefined;
  readonly raw_: boolean;
  readonly stats: Stats;
  /** It goes on at `place`, once that is known, and is live at `head`; why, if it is not where it was before. */
  starts_(place: Position | undefined, head: Position | undefined, reset?: string): void;
  /** `fresh` is what of `cover` is new; `size` the characters of the frame. */
  take_(cover: Cover, fresh: Cover | undefined, size: number): void;
  end_(): void;
  /** Not served: for good, or the feed asks again, in time if the error is retryable, else on the next connection. */
  refused_(error: TailraceError, forGood?: boolean): void;
  changed_(change: Change): void;
}

export type Feed = ReturnType<typeof createFeed>;

export function createFeed(connection: Connection, host: Host, first: Follower) {
  const { channel, to_: to, raw_: raw } = first;
  const followers = new Set([first]);
  let place = first.place_ && copyPosition(first.place_);
  let from = first.from_;
  let head: Position | undefined;
  let untouched = true; // no data since `subscribed`
  let id = 0; // of the last `subscribe`
  let hole = ""; // the last one, in words
  let failures = 0;
  let cancel: Cancel | undefined;

  const self = {
    connection_: connection,
    /** `subscribed` came, and nothing since that ended it. */
    isActive_: false,
    /** Why the bridge does not serve this. */
    error_: undefined as TailraceError | undefined,

    /** Would this feed give the newcomer just what a feed of its own would? */
    fits_(newcomer: Follower): boolean {
      if (to || raw !== newcomer.raw_) return false;
      const atHead = self.isActive_ && hasPassed(place!, head!);
      const op = opOf(newcomer, newcomer.place_, newcomer.from_);
      return op === opOf(first, place, from) || (atHead && op === opOf(first, undefined, "live"));
    },

    join_(newcomer: Follower): void {
      followers.add(newcomer);
      if (self.isActive_) newcomer.starts_(place, head);
      queueMicrotask(() => self.error_ && followers.has(newcomer) && newcomer.refused_(self.error_)); // once it listens
    },

    leave_(follower: Follower): void {
      followers.delete(follower);
      if (followers.size) return;
      cancel?.();
      if (id) unsubscribe();
      connection.release_(channel);
    },

    opened_(time?: number): void {
      // One that counts back from now must not move on with every resumption.
      const [, ago, unit] = /^(-\d{1,9})([smhd])$/.exec(first.to_ as string) ?? [];
      if (unit) first.to_ = { time: +ago! * UNITS[unit]! + time! };
      if (!id) subscribe();
    },

    authenticated_(): void {
      if (self.error_) subscribe();
    },

    changed_(change: Change): void {
      if (!connection.isOpen_) stop();
      each((follower) => follower.changed_(change));
    },

    ended_: (error: TailraceError) => each((follower) => follower.refused_(error, true)),

    data_(frame: Frame, text: string): void {
      if (!self.isActive_) return;
      const covers = coversOf(frame);
      const above = covers.find(({ partition, from }) => from > nextOf(place!, partition));
      if (above) return broken(above.partition, text);
      if (raw && frame.u) addRaw(frame.u, text);
      untouched = false;
      for (const cover of covers) if (self.isActive_) take(cover, Math.ceil(text.length / covers.length));
    },

    answer_({ subscribed, unsubscribed, ended, reset, error, id: of }: Frame, text: string): boolean {
      const about = unsubscribed ?? reset ?? ended;
      if (of === id) {
        if (subscribed) begin(subscribed, text);
        else failed(error);
      } else if (of || about?.channel !== channel || !(unsubscribed ? id : self.isActive_)) return false;
      else if (unsubscribed) {
        if (!self.isActive_) unsubscribe(); // was it about this one, or about one before it?
        refuse(failure(about.code, channel, about.code === "topic_unavailable"));
      } else if (reset) restart(about.reason, parse(about.position));
      else end();
      return true;
    },
  } satisfies Rider & Record<string, unknown>;

  function subscribe(): void {
    stop();
    self.error_ = undefined;
    id = connection.send_(JSON.parse(opOf(first, place, from)));
    each((follower) => follower.changed_({ reason: "subscribe" }));
  }

  function unsubscribe(): void {
    stop();
    connection.send_({ op: "unsubscribe", channel });
  }

  /** Whatever comes of what was asked so far is not wanted any more. */
  function stop(): void {
    cancel?.();
    self.isActive_ = false;
    id = 0;
  }

  function begin(reply: Frame, text: string): void {
    const at = parse(reply.position);
    head = parse(reply.head);
    self.isActive_ = untouched = true;
    failures = 0;
    place ??= at;
    if (place.epoch_ !== at.epoch_) return; // the reset that follows says so; what is cut off before it is asked again
    for (const [p, { next }] of marksOf(at)) if (next > nextOf(place, p)) return broken(p, text);
    adopt(place, at);
    each((follower) => follower.starts_(place, head));
  }

  function take(cover: Cover, size: number): void {
    need(nextOf(place!, cover.partition) >= 0 || !(cover.updates || cover.reason)); // a row comes first
    const fresh = advance(place!, cover);
    each((follower) => follower.take_(cover, fresh, size));
  }

  /** A range ends with the history that its end was in. */
  function restart(reason: string, at?: Position): void {
    if (to) return self.ended_(failure(reason));
    if (at && at.epoch_ === place?.epoch_) adopt(at, place, true);
    place = at;
    each((follower) => follower.starts_(at, untouched ? head : undefined, reason));
  }

  /** A hole in the chain: once it may be a fault of the way, twice at one place it is the bridge's. */
  function broken(p: string | number, text: string): void {
    const before = hole;
    hole = `nothing covers ${p}:${nextOf(place!, p)}: `;
    each(({ stats }) => stats.holes++);
    unsubscribe();
    if (hole === before) refuse(failure("hole", hole + text.slice(0, 200)));
    else subscribe();
  }

  function end(): void {
    stop();
    each((follower) => follower.end_());
  }

  /** The position that can't be read is forgotten; not so the end of a range, and nothing where none was sent. */
  function failed({ code, message, retry }: Frame): void {
    const error = failure(code, message, retry);
    if (code !== "position_invalid") return refuse(error);
    if (to || (!place && from === first.start_)) return self.ended_(error);
    from = first.start_;
    restart(code);
    if (followers.size) subscribe();
  }

  function refuse(error: TailraceError): void {
    stop();
    self.error_ = error;
    if (error.retryable) cancel = host.after(AGAIN + backoff(failures++, host.random()), subscribe);
    each((follower) => follower.refused_(error));
  }

  /** Any call may make followers leave. */
  function each(call: (follower: Follower) => unknown): void {
    for (const follower of [...followers]) if (followers.has(follower)) call(follower);
  }

  return self;
}

function parse(text: unknown): Position {
  const parsed = parsePosition(text);
  need(parsed);
  return parsed;
}

/** What is sent to follow from there, as text. */
function opOf({ channel, start_: start, to_: to }: Follower, place: Position | undefined, from: From): string {
  return JSON.stringify({ op: "subscribe", channel, from: place ? { position: formatPosition(place) } : from, start, to });
}
