// One outage of the page, over all its channels: when it began, what came back, whether anything was lost.
import type { Recovered } from "tailrace";
import type { Receipt } from "../messages.ts";

export class Episode {
  private readonly pending = new Set<string>();
  private readonly receipt: Receipt;
  private readonly done = new Map<string, number>();
  private readonly totals = new Map<string, number>();
  private resumedAt = 0;
  /** Some channel is whole again. */
  returned = false;

  constructor(readonly began: number) {
    this.receipt = { phase: "fill", updates: 0, total: 0, ranges: [], lost: 0, took: 0, outage: 0 };
  }

  /** A channel is cut off, maybe again: until it is resumed nothing comes. */
  join(channel: string): void {
    this.pending.add(channel);
    this.resumedAt = 0;
  }

  /** What this channel missed is not all here yet. */
  awaits(channel: string): boolean {
    return this.pending.has(channel);
  }

  /** A channel is being refilled; `missed` is how much it has to get, where that is known. */
  resume(channel: string, missed: number, now: number): void {
    if (!this.pending.has(channel)) return;
    this.resumedAt ||= now;
    this.totals.set(channel, Math.max(missed, this.totals.get(channel) ?? 0));
  }

  progress(channel: string, updates: number): void {
    if (this.pending.has(channel)) this.done.set(channel, (this.done.get(channel) ?? 0) + updates);
  }

  /** True when this was the last channel: the receipt is complete. */
  recovered(channel: string, what: Recovered | null): boolean {
    if (!this.pending.delete(channel)) return false;
    this.returned = true;
    if (what) {
      const { receipt } = this;
      receipt.updates += what.updates;
      receipt.lost += what.lost;
      receipt.took = Math.max(receipt.took, what.replay);
      receipt.outage = Math.max(receipt.outage, what.outage);
      receipt.ranges.push(...what.ranges.map(range => ({ channel, ...range })));
      this.done.set(channel, what.updates);
    }
    return this.pending.size === 0;
  }

  /** A channel is gone; true when it was the last that was waited for. */
  leave(channel: string): boolean {
    if (!this.pending.delete(channel)) return false;
    this.done.delete(channel);
    this.totals.delete(channel);
    return this.pending.size === 0;
  }

  get replaying(): boolean {
    return this.resumedAt > 0;
  }

  get counted(): { done: number; total: number } {
    const sum = (map: Map<string, number>) => [...map.values()].reduce((a, b) => a + b, 0);
    const done = sum(this.done);
    return { done, total: Math.max(done, sum(this.totals)) };
  }

  /** The receipt as it stands at `now`. */
  view(now: number): Receipt {
    const over = this.pending.size === 0, { done, total } = this.counted;
    return { ...this.receipt, phase: over ? "done" : "fill", updates: over ? this.receipt.updates : done, total, took: over ? this.receipt.took : now - this.resumedAt };
  }
}
