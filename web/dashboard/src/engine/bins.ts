// One number over time, in bins of equal width, for up to nine series: count, sum, extremes, last, and, where asked
// for, the distribution. A ring of a fixed number of bins: the window moves, the memory doesn't.
import { bucketOf, kBuckets } from "./sketch.ts";

export const kSeries = 9;

export class Bins {
  /** Which bin a slot holds now; -1 none. */
  private readonly stamps: Float64Array;
  readonly count: Uint32Array;
  readonly sum: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly last: Float64Array;
  private readonly lastTime: Float64Array;
  readonly spread: Uint32Array | null;
  private newest = -Infinity;

  constructor(readonly step: number, readonly slots: number, readonly series: number, sketch: boolean) {
    const cells = slots * series;
    this.stamps = new Float64Array(slots).fill(-1);
    this.count = new Uint32Array(cells);
    this.sum = new Float64Array(cells);
    this.low = new Float64Array(cells);
    this.high = new Float64Array(cells);
    this.last = new Float64Array(cells);
    this.lastTime = new Float64Array(cells);
    this.spread = sketch ? new Uint32Array(cells * kBuckets) : null;
  }

  binOf(t: number): number {
    return Math.floor(t / this.step);
  }

  /** False when the time lies before all that is kept. A value that is not a number is only counted. */
  add(t: number, series: number, value: number, weight = 1): boolean {
    const bin = this.binOf(t);
    if (bin <= this.newest - this.slots || bin < 0) return false;
    const slot = this.slotFor(bin), cell = slot * this.series + series;
    if (this.count[cell]++ === 0) this.open(cell, value);
    else this.extend(cell, value);
    if (t >= this.lastTime[cell]) {
      this.lastTime[cell] = t;
      this.last[cell] = value;
    }
    if (this.spread && value === value) this.spread[cell * kBuckets + bucketOf(value)] += weight;
    return true;
  }

  /** The slot that holds `bin`, or -1. */
  slotOf(bin: number): number {
    const slot = ((bin % this.slots) + this.slots) % this.slots;
    return this.stamps[slot] === bin ? slot : -1;
  }

  private open(cell: number, value: number): void {
    this.sum[cell] = value;
    this.low[cell] = value;
    this.high[cell] = value;
    this.lastTime[cell] = -Infinity;
  }

  private extend(cell: number, value: number): void {
    this.sum[cell] += value;
    if (value < this.low[cell]) this.low[cell] = value;
    if (value > this.high[cell]) this.high[cell] = value;
  }

  private slotFor(bin: number): number {
    const slot = bin % this.slots;
    if (this.stamps[slot] !== bin) this.take(slot, bin);
    if (bin > this.newest) this.newest = bin;
    return slot;
  }

  private take(slot: number, bin: number): void {
    this.stamps[slot] = bin;
    const from = slot * this.series, to = from + this.series;
    this.count.fill(0, from, to);
    this.spread?.fill(0, from * kBuckets, to * kBuckets);
  }
}
