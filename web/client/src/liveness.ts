// Is the other end still there? Its heartbeat and any data say so. A timer that fires late (a sleeping laptop, a
// throttled tab) proves nothing: the event loop gets one turn to deliver what has arrived, then the bridge is asked.
import type { Cancel, Host } from "./host.js";

export interface Watched {
  /** Silence: ask the other end for a sign of life. */
  stale_(): void;
  /** A sign came after all. */
  fresh_(): void;
  dead_(): void;
}

export class Liveness {
  private last_ = 0;
  private cancel_?: Cancel;
  private asked_ = false;
  private heartbeat_ = 0;

  constructor(
    private readonly host_: Host,
    private readonly watched_: Watched,
  ) {}

  start_(heartbeat: number): void {
    this.heartbeat_ = heartbeat;
    this.heard_();
    this.arm_(this.limit_());
  }

  stop_(): void {
    this.cancel_?.();
    this.cancel_ = undefined;
    this.asked_ = false;
  }

  heard_(): void {
    this.last_ = this.host_.now();
    if (!this.asked_) return;
    this.asked_ = false;
    this.watched_.fresh_();
  }

  /** Don't wait for silence: there is reason to doubt. */
  doubt_(): void {
    if (!this.cancel_ || this.asked_) return;
    this.asked_ = true;
    this.watched_.stale_();
    this.cancel_();
    this.arm_(this.grace_());
  }

  private arm_(ms: number): void {
    this.cancel_ = this.host_.after(ms, () => this.check_());
  }

  private check_(): void {
    if (this.asked_) return this.turn_(() => this.asked_, () => this.watched_.dead_());
    const quiet = this.host_.now() - this.last_;
    if (quiet < 0) this.last_ = this.host_.now(); // the clock was set back
    if (quiet < this.limit_()) return this.arm_(this.limit_() - Math.max(0, quiet));
    const seen = this.last_;
    this.turn_(() => this.last_ === seen, () => this.doubt_());
  }

  /** After one turn of the event loop: `then`, if it is still silent; else watch on. */
  private turn_(silent: () => boolean, then: () => void): void {
    this.cancel_ = this.host_.after(0, () => (silent() ? then() : this.arm_(this.limit_())));
  }

  private limit_(): number {
    return (this.heartbeat_ * 4) / 3;
  }

  private grace_(): number {
    return (this.heartbeat_ * 2) / 3;
  }
}
