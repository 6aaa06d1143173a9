// A channel on a connection: subscribes, follows the chain, and hands what is new to the subscriptions that share it.
import { Backoff } from "./backoff.js";
import type { Connection, Rider } from "./connection.js";
import { answered, Failure } from "./errors.js";
import type { Cancel, Host } from "./host.js";
import { HOLE, Position, UNKNOWN, type Cover } from "./position.js";
import { rawValues } from "./raw.js";
import type { From, Reset, StateChange, To } from "./types.js";
import { covers, Nonsense, type Frame } from "./wire.js";

/** Added to the backoff of a subscription that the bridge asks to try again: from 5 s. */
const AGAIN = 4500;

/** Why a state may be another now. */
export type Change = Pick<StateChange, "reason" | "code" | "retryIn">;

/** A subscription, as its feed sees it. */
export interface Follower {
  readonly channel_: string;
  /** What it received, whole; nothing before its start is known. */
  readonly place_: Position | undefined;
  /** The start, where there is no place yet. */
  readonly from_: From;
  /** The first start: it says who can share a feed, and serves again after a reset. */
  readonly start_: From;
  readonly to_: To | undefined;
  readonly raw_: boolean;
  joined_(place: Position, head: Position): void;
  /** `fresh` is what of `cover` the feed had not had yet; `size` its characters on the wire. */
  take_(cover: Cover, fresh: Cover | undefined, size: number): void;
  /** Goes on at `place`. Has the head that was named before a meaning still? */
  reset_(reset: Reset, place: Position, headHolds: boolean): void;
  hole_(): void;
  end_(): void;
  /** Not served: the feed asks again in time if the failure is retryable, else on the next connection. */
  refused_(failure: Failure): void;
  failed_(failure: Failure): void;
  changed_(change: Change): void;
}

export class Feed implements Rider {
  readonly followers_ = new Set<Follower>();
  /** `subscribed` came, and nothing since that ended it. */
  isActive_ = false;
  /** Why the bridge does not serve this; asked again on the next connection. */
  failure_: Failure | undefined;

  private place_: Position | undefined;
  private from_: From;
  private head_: Position | undefined;
  private untouched_ = true; // no data since `subscribed`
  private invalid_ = false; // the bridge could not read our position: a reset is due
  private id_ = 0; // of the last `subscribe`
  private hole_ = { place_: "", text_: "" };
  private readonly backoff_ = new Backoff();
  private cancel_: Cancel | undefined;

  constructor(
    readonly connection_: Connection,
    private readonly host_: Host,
    private readonly first_: Follower,
  ) {
    this.place_ = first_.place_?.copy_();
    this.from_ = first_.from_;
  }

  /** Would following this feed give `follower` just what it wants? It may be ahead of the feed, never behind. */
  fits_(follower: Follower): boolean {
    const { first_, place_, head_ } = this;
    if (follower.to_ || first_.to_ || !same(follower.start_, first_.start_) || this.followers_.has(follower)) return false;
    if (follower.place_) return !!place_ && place_.epoch_ === follower.place_.epoch_ && follower.place_.passed_(place_);
    if (!place_) return same(follower.from_, this.from_);
    return follower.from_ === "live" && this.isActive_ && place_.passed_(head_!);
  }

  join_(follower: Follower): void {
    this.followers_.add(follower);
    if (this.isActive_) follower.joined_(this.place_!, this.head_!);
    if (this.failure_) follower.refused_(this.failure_);
    follower.changed_({ reason: "shared" });
  }

  leave_(follower: Follower): void {
    if (!this.followers_.delete(follower) || this.followers_.size) return;
    this.cancel_?.();
    if (this.id_) this.unsubscribe_();
    this.connection_.release_(follower.channel_);
  }

  opened_(): void {
    this.subscribe_();
  }

  authenticated_(): void {
    if (this.failure_) this.subscribe_();
  }

  changed_(change: StateChange): void {
    if (!this.connection_.isOpen_) {
      this.cancel_?.();
      this.isActive_ = false;
      this.id_ = 0;
    }
    this.tell_(change);
  }

  ended_(failure: Failure): void {
    this.each_((follower) => follower.failed_(failure));
  }

  data_(frame: Frame, text: string): void {
    if (!this.isActive_) return;
    if (frame.u && [...this.followers_].some((follower) => follower.raw_)) addRaw(frame, text);
    this.untouched_ = false;
    for (const cover of covers(frame)) {
      if (!this.isActive_) return;
      const fresh = this.place_!.advance_(cover);
      if (fresh === HOLE) return this.broken_(cover, text);
      this.each_((follower) => follower.take_(cover, fresh, text.length));
    }
  }

  answer_({ subscribed, unsubscribed, ended, reset, error, id }: Frame, text: string): boolean {
    const channel = this.first_.channel_;
    const mine = this.isActive_ && id === undefined;
    if (subscribed && id === this.id_) this.subscribed_(subscribed, text);
    else if (error && id === this.id_) this.error_(error);
    else if (mine && unsubscribed?.channel === channel) this.refuse_(answered(unsubscribed.code, undefined, unsubscribed.code === "topic_unavailable"));
    else if (mine && reset?.channel === channel) this.reset_(reset.reason, position(reset.position));
    else if (mine && ended?.channel === channel) this.end_();
    else return false;
    return true;
  }

  private subscribe_(): void {
    const { channel_, start_, to_ } = this.first_;
    const from = this.place_ ? { position: this.place_.text_() } : this.from_;
    this.isActive_ = false;
    this.failure_ = undefined;
    this.id_ = this.connection_.send_({ op: "subscribe", channel: channel_, from, start: isPosition(start_) ? undefined : start_, to: to_ });
  }

  private unsubscribe_(): void {
    this.id_ = 0;
    this.isActive_ = false;
    this.connection_.send_({ op: "unsubscribe", channel: this.first_.channel_ });
  }

  private subscribed_(reply: Frame, text: string): void {
    const place = position(reply.position);
    const head = position(reply.head);
    const before = this.place_;
    this.place_ = before?.epoch_ === place.epoch_ ? before : place.copy_();
    for (const [p, { next }] of place.marks_) {
      const own = this.place_.marks_.get(p)?.next ?? 0;
      if (own !== UNKNOWN && own < next) return this.broken_({ p, from: next, next }, text);
    }
    this.place_.adopt_(place);
    this.isActive_ = this.untouched_ = true;
    this.head_ = head;
    this.backoff_.reset_();
    if (this.invalid_) this.reset_("position_invalid", place);
    this.invalid_ = false;
    this.each_((follower) => follower.joined_(this.place_!, head));
    this.tell_({ reason: "subscribed" });
  }

  private reset_(reason: string, place: Position): void {
    this.place_ = place;
    const reset = { channel: this.first_.channel_, reason, position: place.text_() };
    this.each_((follower) => follower.reset_(reset, place, this.untouched_));
  }

  /** A hole in the chain: once it may be a fault of the way; twice at one place it is the bridge's. */
  private broken_({ p }: Cover, text: string): void {
    const before = this.hole_;
    const place = `${p}:${this.place_!.marks_.get(p)?.next ?? 0}`;
    this.hole_ = { place_: place, text_: text.slice(0, 200) };
    this.each_((follower) => follower.hole_());
    if (this.id_) this.unsubscribe_();
    if (before.place_ !== place) return this.subscribe_();
    this.refuse_(new Failure("hole", `nothing states ${place}; first: ${before.text_} then: ${this.hole_.text_}`, false));
  }

  private error_(error: Frame): void {
    const { start_ } = this.first_;
    if (error.code !== "position_invalid" || isPosition(start_)) return this.refuse_(answered(error.code, error.message, error.retry));
    this.invalid_ = true;
    this.place_ = undefined;
    this.from_ = start_;
    this.subscribe_();
  }

  private refuse_(failure: Failure): void {
    this.isActive_ = false;
    this.id_ = 0;
    this.failure_ = failure;
    if (failure.retryable) this.cancel_ = this.host_.after(AGAIN + this.backoff_.next_(this.host_.random()), () => this.subscribe_());
    this.each_((follower) => follower.refused_(failure));
    this.tell_({ reason: failure.code });
  }

  private end_(): void {
    this.isActive_ = false;
    this.id_ = 0;
    this.each_((follower) => follower.end_());
  }

  /** Any call may make followers leave. */
  private each_(call: (follower: Follower) => void): void {
    for (const follower of [...this.followers_]) if (this.followers_.has(follower)) call(follower);
  }

  private tell_(change: Change): void {
    this.each_((follower) => follower.changed_(change));
  }
}

function position(text: unknown): Position {
  const parsed = Position.parse_(text);
  if (!parsed) throw new Nonsense("not a position");
  return parsed;
}

function addRaw(frame: Frame, text: string): void {
  rawValues(text).forEach((raw, i) => {
    if (raw !== undefined && frame.u[i]) frame.u[i].raw = raw;
  });
}

const same = (a: From, b: From): boolean => JSON.stringify(a) === JSON.stringify(b);
const isPosition = (from: From): boolean => typeof from === "object" && "position" in from;
