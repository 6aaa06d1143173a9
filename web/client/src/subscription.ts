// What the application holds. It stands at two places: `place_` is what has been received, `used_` what the application
// is done with. Between them lies the queue; above its mark the feed is left, and taken up again when it has drained.
import type { Failure } from "./errors.js";
import { Events } from "./events.js";
import type { Change, Feed, Follower } from "./feed.js";
import { HOLE, Position, UNKNOWN, type Cover } from "./position.js";
import { Queue, type Parcel } from "./queue.js";
import { Outage } from "./recovery.js";
import type { Batch, From, Lag, Reset, State, Subscription, SubscriptionEvents, To } from "./types.js";

/** Between two `lag` events. */
const LAG = 1000;

export interface Home {
  readonly highWater_: number;
  /** The bridge's clock. */
  now(): number;
  /** Has a feed followed that goes on where the subscription stands. */
  place_(sub: Sub): void;
  /** Follows another connection's feed instead, if one can be shared now. */
  merge_(sub: Sub): void;
}

export interface Request {
  readonly channel: string;
  readonly start: From;
  readonly position?: string | null | undefined;
  readonly to?: To;
  readonly raw?: boolean | undefined;
}

/** In the order of the wire. */
interface Item extends Parcel {
  readonly cover_?: Cover;
  /** Where it starts or goes on; `skips_` when the application asked to leave something out. */
  readonly place_?: Position;
  readonly skips_?: boolean;
  readonly reset_?: Reset;
  readonly end_?: boolean;
}

export class Sub extends Events<SubscriptionEvents> implements Subscription, Follower {
  readonly channel: string;
  state: State = "idle";
  readonly stats = { updates: 0, received: 0, duplicates: 0, holes: 0, gaps: 0, lost: 0, resets: 0, resumes: 0 };

  readonly channel_: string;
  readonly start_: From;
  readonly to_: To | undefined;
  readonly raw_: boolean;
  from_: From;
  place_: Position | undefined;
  feed_: Feed | undefined;

  private used_: Position | undefined;
  private readonly queue_: Queue<Item>;
  /** The head that is not reached yet. */
  private goal_: Position | undefined;
  private outage_: Outage | undefined;
  private skips_ = false;
  /** Nothing more will come. */
  private over_ = false;
  private closed_ = false;
  private lag_ = 0;
  private toldLag_ = 0;

  constructor(
    private readonly home_: Home,
    { channel, start, position, to, raw }: Request,
  ) {
    super();
    this.channel = this.channel_ = channel;
    this.start_ = start;
    this.to_ = to;
    this.raw_ = !!raw;
    this.from_ = position ? { position } : start;
    this.place_ = Position.parse_((this.from_ as { position?: string }).position);
    this.used_ = this.place_?.copy_();
    this.queue_ = new Queue<Item>({
      listens_: () => this.has_("batch"),
      hand_: (item) => this.emit_("batch", this.batch_(item.cover_!)),
      done_: (item) => this.done_(item),
      pumped_: () => this.pumped_(),
    });
  }

  get position(): string {
    return this.used_?.text_() ?? "";
  }

  get offsets(): Record<number, number> {
    const marks = [...(this.used_?.marks_ ?? [])];
    return Object.fromEntries(marks.filter(([, mark]) => mark.next !== UNKNOWN).map(([p, mark]) => [p, mark.next]));
  }

  get paused(): boolean {
    return this.queue_.paused_;
  }

  get lag(): Lag {
    const oldest = this.queue_.first_?.cover_?.u?.[0]?.t;
    return { ms: oldest! >= 0 ? this.behind_(oldest!) : this.lag_, queued: this.queue_.count_ };
  }

  override on<K extends keyof SubscriptionEvents>(type: K, listener: (event: SubscriptionEvents[K]) => unknown): () => void {
    const off = super.on(type, listener);
    this.queue_.pump_();
    return off;
  }

  pause(): void {
    this.queue_.paused_ = true;
  }

  resume(): void {
    this.queue_.paused_ = false;
    this.queue_.pump_();
  }

  skipToLive(): void {
    if (this.over_) return;
    this.leave_();
    this.queue_.clear_();
    this.place_ = this.goal_ = undefined;
    this.from_ = "live";
    this.skips_ = true;
    this.home_.place_(this);
  }

  close(): void {
    this.queue_.clear_();
    this.close_("closed");
  }

  [Symbol.asyncIterator](): AsyncIterator<Batch> {
    this.queue_.looping_ = true;
    return {
      next: async () => {
        const failure = this.feed_?.failure_;
        if (failure && !failure.retryable) this.failed_(failure);
        const item = await this.queue_.pull_();
        return item ? { done: false, value: this.batch_(item.cover_!) } : { done: true, value: undefined };
      },
      return: async () => {
        this.close();
        return { done: true, value: undefined };
      },
    };
  }

  joined_(place: Position, head: Position): void {
    if (this.used_) this.stats.resumes++;
    if (this.place_?.epoch_ === place.epoch_) this.place_.adopt_(place);
    else this.place_ = place.copy_();
    this.goal_ = head;
    this.outage_?.resumed_(this.home_.now());
    this.push_({ place_: place.copy_(), skips_: this.skips_ });
    this.skips_ = false;
  }

  take_(cover: Cover, fresh: Cover | undefined, size: number): void {
    if (!this.place_) return;
    const mine = fresh && this.place_.advance_(fresh);
    if (mine === HOLE) return; // a feed never is ahead of its followers
    this.stats.received += size;
    this.stats.duplicates += count(cover) - count(mine);
    if (mine) this.push_({ cover_: mine }, size);
    if (this.queue_.size_ > this.home_.highWater_) this.leave_("full");
  }

  reset_(reset: Reset, place: Position, headHolds: boolean): void {
    this.place_ = place.copy_();
    if (!headHolds) this.goal_ = undefined;
    this.push_({ place_: place.copy_(), reset_: reset });
  }

  hole_(): void {
    this.stats.holes++;
  }

  end_(): void {
    this.over_ = true;
    this.leave_();
    this.push_({ end_: true });
  }

  refused_(failure: Failure): void {
    if (this.queue_.looping_ && !failure.retryable) this.failed_(failure);
    else this.emit_("error", failure);
  }

  failed_(failure: Failure): void {
    if (this.over_) return;
    this.close_(failure.code, failure);
    this.emit_("error", failure);
  }

  /** The feed or its connection changed. */
  changed_({ reason, code, retryIn }: Change): void {
    const { state: old, used_, feed_ } = this;
    this.state = this.condition_();
    if (used_ && feed_ && !feed_.connection_.isOpen_) this.outage_ ??= new Outage(this.home_.now(), used_, this.stats);
    if (old !== this.state || retryIn !== undefined) this.emit_("state", { old, new: this.state, reason, code, retryIn });
  }

  private condition_(): State {
    const feed = this.feed_;
    if (!feed) return this.closed_ ? "closed" : "replaying";
    if (feed.connection_.state_ !== "live") return feed.connection_.state_;
    if (!feed.isActive_) return feed.failure_ ? "idle" : "connecting";
    return this.goal_ ? "replaying" : "live";
  }

  private leave_(reason?: string): void {
    this.feed_?.leave_(this);
    this.feed_ = undefined;
    if (reason) this.changed_({ reason });
  }

  private close_(reason: string, failure?: Failure): void {
    if (this.closed_) return;
    this.over_ = this.closed_ = true;
    this.leave_(reason);
    this.queue_.end_(failure);
  }

  private push_(item: Omit<Item, "size_" | "count_">, size = 0): void {
    this.queue_.push_({ ...item, size_: size, count_: count(item.cover_) });
  }

  private batch_(cover: Cover): Batch {
    const { p: partition, from, next, u: updates } = cover;
    const after = () => {
      const place = this.used_!.copy_();
      place.advance_(cover);
      return place.text_();
    };
    return {
      channel: this.channel,
      partition,
      from,
      next,
      updates: updates!,
      get position() {
        return after();
      },
    };
  }

  private done_({ cover_, place_, skips_, reset_, end_ }: Item): void {
    if (place_) this.goTo_(place_, skips_, reset_);
    if (cover_) this.use_(cover_);
    if (end_) this.close_("ended");
    if (!this.goal_ || !this.used_!.passed_(this.goal_)) return;
    this.goal_ = undefined;
    this.changed_({ reason: "head" });
    const outage = this.outage_;
    this.outage_ = undefined;
    if (outage) this.emit_("recovered", outage.receipt_(this.home_.now(), this.used_!, this.stats));
  }

  private use_(cover: Cover): void {
    this.used_!.advance_(cover);
    this.stats.updates += count(cover);
    const { p: partition, from, next, gap: reason } = cover;
    if (reason) {
      this.stats.gaps++;
      this.stats.lost += next - from;
      this.tell_("gap", { channel: this.channel, partition, from, next, reason });
    }
    const newest = cover.u?.[cover.u.length - 1]?.t ?? -1;
    if (newest >= 0) this.lagged_(this.behind_(newest));
  }

  private goTo_(place: Position, skips = false, reset?: Reset): void {
    const before = this.used_;
    const goesOn = before?.epoch_ === place.epoch_ && !reset && !skips;
    if (goesOn) before.adopt_(place);
    else this.used_ = place.copy_();
    if (reset) {
      this.stats.resets++;
      this.tell_("reset", reset);
    }
    if (skips && before) this.skipped_(before, place);
  }

  private skipped_(before: Position, place: Position): void {
    for (const [partition, { next }] of place.marks_) {
      const from = before.marks_.get(partition)?.next ?? 0;
      if (from !== UNKNOWN && from < next) this.emit_("gap", { channel: this.channel, partition, from, next, reason: "skipped" });
    }
  }

  private behind_(time: number): number {
    return Math.max(0, Math.round(this.home_.now() - time));
  }

  private lagged_(ms: number): void {
    this.lag_ = ms;
    const now = this.home_.now();
    if (Math.abs(now - this.toldLag_) < LAG) return;
    this.toldLag_ = now;
    this.emit_("lag", this.lag);
  }

  private pumped_(): void {
    if (this.over_) return;
    if (this.feed_) {
      if (!this.goal_ && this.feed_.isActive_ && !this.queue_.first_) this.home_.merge_(this);
    } else if (!this.paused && this.queue_.size_ <= this.home_.highWater_ / 4) {
      this.home_.place_(this);
    }
  }

  /** What must not go by unseen. */
  private tell_<K extends "gap" | "reset">(type: K, event: SubscriptionEvents[K]): void {
    if (!this.has_(type)) console.warn(`tailrace: ${type}`, event);
    this.emit_(type, event);
  }
}

const count = (cover: Cover | undefined): number => cover?.u?.length ?? 0;
