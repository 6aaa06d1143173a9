// What the application holds. It stands at two places: `place_` is what has been received, `used` what the application
// is done with. Between them lies the queue; above its mark the feed is left, and taken up again when it has drained.
import { createEvents } from "./events.js";
import type { Feed, Follower } from "./feed.js";
import {
  adopt, advance, copyPosition, formatPosition, hasPassed, marksOf, movement, parsePosition, type Cover, type Position,
} from "./position.js";
import { createQueue, type Parcel } from "./queue.js";
import type { Batch, Gap, State, Stats, SubscribeOptions, Subscription, SubscriptionEvents, TailraceError, To } from "./types.js";

/** Between two `lag` events. */
const LAG = 1000;

export interface Home {
  readonly highWater_: number;
  /** The bridge's clock. */
  now(): number;
  /** Has it follow a feed that goes on where it stands; one on the main connection or a shared one, if it can. */
  place_(sub: Sub): void;
}

export interface Request extends SubscribeOptions {
  readonly channel: string;
  readonly to?: To;
}

export interface Sub extends Subscription, Follower {
  readonly channel: string;
  readonly stats: Stats;
  state: State;
  paused: boolean;
  feed_: Feed | undefined;
}

interface Item extends Parcel {
  readonly cover_: Cover | undefined;
}

interface Cut extends Stats {
  readonly at_: number;
  readonly used_: Position;
}

export function createSubscription(home: Home, { channel, from = "live", position, to, raw }: Request): Sub {
  const events = createEvents<SubscriptionEvents>();
  const { emit_: emit } = events;
  const stats = { updates: 0, received: 0, duplicates: 0, holes: 0, gaps: 0, lost: 0, resets: 0, resumes: 0 };
  const { position: start } = from as { position?: string };
  const resumed = position ?? start;
  const place = parsePosition(resumed);
  let used = place && copyPosition(place);
  let goal: Position | undefined; // the head that is not reached yet
  let cut: Cut | undefined; // an outage that is not made good yet
  let servedAt = 0;
  let closed = false;
  let cause: TailraceError | undefined; // of the end
  let looping = false;
  let behind = 0;
  let toldLag = -Infinity;

  const queue = createQueue<Item>(
    ({ count_ }) => !closed && !self.paused && (!count_ || events.has_("batch")),
    ({ cover_ }) => emit("batch", batch(cover_!)),
    () => {
      const { feed_ } = self;
      const busy = feed_ ? goal || !feed_.isActive_ || queue.first_() : self.paused || queue.size_ > home.highWater_ / 4;
      if (!closed && !busy) home.place_(self);
    },
  );

  const self: Sub = {
    channel,
    stats,
    place_: place,
    from_: resumed ? { position: resumed } : from,
    start_: start ? "earliest" : from,
    to_: to,
    raw_: !!raw,
    feed_: undefined,
    state: "idle",
    paused: false,

    get position() {
      return used ? formatPosition(used) : "";
    },
    get offsets() {
      return Object.fromEntries(used ? marksOf(used).map(([p, mark]) => [p, mark.next]) : []);
    },
    get lag() {
      return { ms: behind, queued: queue.count_ };
    },

    on(type, listener) {
      const off = events.on(type, listener);
      queue.pump_();
      return off;
    },
    pause() {
      self.paused = true;
    },
    resume() {
      self.paused = false;
      queue.pump_();
    },
    skipToLive() {
      if (closed) return;
      leave();
      queue.clear_();
      self.place_ = goal = undefined;
      self.from_ = "live";
      home.place_(self);
    },
    close: () => close("closed"),
    async *[Symbol.asyncIterator]() {
      let inHand: Batch | undefined;
      let consumed: (value?: unknown) => void;
      let wake = () => {};
      looping = true;
      self.on("state", () => wake());
      self.on("batch", (batch) => {
        inHand = batch;
        wake();
        return new Promise((resolve) => (consumed = resolve));
      });
      try {
        if (self.feed_?.error_) self.refused_(self.feed_.error_);
        while (!closed) {
          if (inHand) {
            yield inHand;
            inHand = undefined;
            consumed!();
          } else await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        self.close();
      }
      if (cause) throw cause;
    },

    starts_(at, head, reset) {
      const start = at && copyPosition(at);
      let end = start;
      if (reset === "recreated") queue.clear_(); // of a topic that is no more
      else if (reset) end = self.place_;
      self.place_ = at;
      goal = head;
      if (used && !reset) stats.resumes++;
      servedAt = home.now();
      if (reset || self.state !== "live") self.changed_({ reason: reset ?? "subscribed" });
      push(() => goTo(start, end, reset), undefined, 0, reset);
    },
    take_(cover, fresh, size) {
      stats.received += size;
      stats.duplicates += count(cover) - count(fresh);
      if (fresh) push(() => use(fresh), fresh, size);
      if (queue.size_ > home.highWater_) leave("full");
    },
    end_() {
      push(() => close("ended"));
    },
    refused_(error, forGood = looping && !error.retryable) {
      const own = error.code === "closed"; // by the application itself
      if (forGood) close(error.code, own ? undefined : error);
      if (!own) emit("error", error);
      self.changed_({ reason: error.code });
    },
    changed_({ reason, code, retryIn }) {
      const old = self.state;
      const state = condition();
      self.state = state;
      if (used && self.feed_ && !self.feed_.connection_.isOpen_) cut ??= { ...stats, at_: home.now(), used_: copyPosition(used) };
      if (old !== state || retryIn !== undefined) emit("state", { old, new: state, reason, code, retryIn });
    },
  };

  function condition(): State {
    const feed = self.feed_;
    if (!feed) return closed ? "closed" : "replaying";
    if (feed.connection_.state_ !== "live") return feed.connection_.state_;
    if (!feed.isActive_) return feed.error_ ? "idle" : "connecting";
    return goal ? "replaying" : "live";
  }

  function leave(reason?: string): void {
    self.feed_?.leave_(self);
    self.feed_ = undefined;
    self.place_ &&= copyPosition(self.place_);
    if (reason) self.changed_({ reason });
  }

  function close(reason: string, error?: TailraceError): void {
    if (closed) return;
    closed = true;
    cause = error;
    queue.clear_();
    leave(reason);
  }

  function push(consume: () => void, cover?: Cover, size = 0, lasts?: string): void {
    const done_ = () => {
      consume();
      settle();
    };
    queue.push_({ cover_: cover, size_: size, count_: count(cover), lasts_: lasts, done_ });
  }

  function batch(cover: Cover): Batch {
    const at = copyPosition(used!);
    advance(at, cover);
    return {
      ...(cover as Batch),
      get position() {
        return formatPosition(at);
      },
    };
  }

  /** Something was consumed: is the head reached by it? */
  function settle(): void {
    if (goal && used && hasPassed(used, goal)) {
      goal = undefined;
      self.changed_({ reason: "head" });
    }
    if (!cut || self.state !== "live") return;
    const { updates, lost, at_, used_ } = cut;
    cut = undefined;
    emit("recovered", {
      updates: stats.updates - updates,
      lost: stats.lost - lost,
      ranges: movement(used_, used!),
      outage: servedAt - at_,
      replay: home.now() - servedAt,
    });
  }

  function use(cover: Cover): void {
    advance(used!, cover);
    stats.updates += count(cover);
    if (cover.reason) {
      stats.gaps++;
      stats.lost += cover.next - cover.from;
      tell("gap", cover as Gap);
    }
    const newest = cover.updates?.at(-1)?.t ?? -1;
    if (newest >= 0) lagged(newest);
  }

  /** What lies before `end` and is not consumed has been left out. */
  function goTo(at: Position | undefined, end: Position | undefined, reason?: string): void {
    const before = used;
    if (before && !reason && hasPassed(before, at!)) return adopt(before, at!);
    used = at;
    if (before && end) for (const range of movement(before, end)) emit("gap", { channel, ...range, reason: "skipped" });
    if (!reason) return;
    stats.resets++;
    tell("reset", { channel, reason, position: self.position });
  }

  function lagged(newest: number): void {
    const now = home.now();
    behind = Math.max(0, now - newest);
    if (Math.abs(now - toldLag) < LAG) return;
    toldLag = now;
    emit("lag", self.lag);
  }

  /** What must not go by unseen. */
  function tell<K extends "gap" | "reset">(type: K, event: SubscriptionEvents[K]): void {
    if (!events.has_(type)) console.warn(`tailrace: ${type}`, event);
    emit(type, event);
  }

  return self;
}

const count = (cover: Cover | undefined): number => cover?.updates?.length ?? 0;
