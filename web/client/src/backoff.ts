// How long to wait before the next attempt: full jitter over a doubling span, never under MIN.

export const MIN = 500;
export const MAX = 20_000;
/** A bridge that sends its clients away may spread them over this long. */
const MAX_HINT = 300_000;

export class Backoff {
  private failures_ = 0;

  /** `hint` is the bridge's `reconnect_in`: it replaces the first delay, and can only lengthen later ones. */
  next_(random: number, hint = 0): number {
    const first = !this.failures_;
    const jittered = Math.min(MAX, MIN + random * Math.min(MAX, MIN * 2 ** this.failures_++));
    if (!hint) return jittered;
    return Math.min(MAX_HINT, first ? hint : Math.max(hint, jittered));
  }

  reset_(): void {
    this.failures_ = 0;
  }
}
