// A channel on a connection: subscribes, follows the chain, and hands what is new to the subscriptions that share it.
import { backoff } from "./backoff.js";
import type { Connection, Rider } from "./connection.js";
import { failure } from "./errors.js";
import type { Cancel, Host } from "./host.js";
import {
  adopt, advance, copyPosition, formatPosition, hasPassed, leavesHole, nextOf, parsePosition,
  type Cover, type Position,
} from "./position.js";
import { addRaw } from "./raw.js";
import type { From, StateChange, Stats, TailraceError, To } from "./types.js";
import { coversOf, need, type Frame } from "./wire.js";

/** Added to the backoff of a subscription that the bridge asks to try again: from 5 s. */
const AGAIN = 4500;

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
  readonly to_: To | undefined;
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
  let holeAt = "";
  let holeText = "";
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
      if (to || newcomer.to_ || raw !== newcomer.raw_) return false;
      const atHead = self.isActive_ && hasPassed(place!, head!);
      const op = opOf(newcomer, newcomer.place_, newcomer.from_);
      return op === opOf(first, place, from) || (atHead && op === opOf(first, undefined, "live"));
    },

    join_(newcomer: Follower): void {
      followers.add(newcomer);
      if (self.isActive_) newcomer.starts_(place, head);
      if (self.error_) newcomer.refused_(self.error_);
    },

    leave_(follower: Follower): void {
      followers.delete(follower);
      if (followers.size) return;
      cancel?.();
      if (id) unsubscribe();
      connection.release_(channel);
    },

    opened_(): void {
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
      const hole = covers.find(({ partition, from }) => leavesHole(place!, partition, from));
      if (hole) return broken(hole.partition, text);
      if (raw && frame.u) addRaw(frame.u, text);
      untouched = false;
      for (const cover of covers) if (self.isActive_) take(cover, text.length);
    },

    answer_({ subscribed, unsubscribed, ended, reset, error, id: of }: Frame, text: string): boolean {
      const unasked = (frame?: Frame) => of === undefined && self.isActive_ && frame?.channel === channel;
      if (subscribed && of === id) begin(subscribed, text);
      else if (error && of === id) failed(error);
      else if (unasked(unsubscribed)) refuse(failure(unsubscribed.code, channel, unsubscribed.code === "topic_unavailable"));
      else if (unasked(reset)) restart(reset.reason, position(reset.position));
      else if (unasked(ended)) end();
      else return false;
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
    const at = position(reply.position);
    if (place?.epoch_ !== at.epoch_) place = copyPosition(at);
    for (const [p, { next }] of at.marks_) if (leavesHole(place, p, next)) return broken(p, text);
    adopt(place, at);
    head = position(reply.head);
    self.isActive_ = untouched = true;
    failures = 0;
    each((follower) => follower.starts_(place, head));
  }

  function take(cover: Cover, size: number): void {
    need(!isNaN(nextOf(place!, cover.partition)) || !(cover.updates || cover.reason)); // a row comes first
    const fresh = advance(place!, cover);
    each((follower) => follower.take_(cover, fresh, size));
  }

  function restart(reason: string, at?: Position): void {
    place = at;
    each((follower) => follower.starts_(at, untouched ? head : undefined, reason));
  }

  /** A hole in the chain: once it may be a fault of the way, twice at one place it is the bridge's. */
  function broken(p: number, text: string): void {
    const at = `${p}:${nextOf(place!, p)}`;
    const before = holeText;
    const again = at === holeAt;
    holeAt = at;
    holeText = text.slice(0, 200);
    each(({ stats }) => stats.holes++);
    unsubscribe();
    if (again) refuse(failure("hole", `nothing covers ${at}; first: ${before} then: ${holeText}`));
    else subscribe();
  }

  function end(): void {
    stop();
    each((follower) => follower.end_());
  }

  function failed({ code, message, retry }: Frame): void {
    if (code !== "position_invalid") return refuse(failure(code, message, retry));
    from = first.start_;
    restart(code);
    subscribe();
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

function position(text: unknown): Position {
  const parsed = parsePosition(text);
  need(parsed);
  return parsed;
}

/** What is sent to follow from there, as text. */
function opOf({ channel, start_: start, to_: to }: Follower, place: Position | undefined, from: From): string {
  return JSON.stringify({ op: "subscribe", channel, from: place ? { position: formatPosition(place) } : from, start, to });
}
