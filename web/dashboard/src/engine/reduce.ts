// From bins to the numbers of a line. NaN: nothing there, the line goes on; -Infinity: the line breaks.
import type { Aggregate } from "../messages.ts";
import type { Bins } from "./bins.ts";
import { kBuckets, quantiles } from "./sketch.ts";

export const kBreak = -Infinity;
const scratch = new Uint32Array(kBuckets);

/** The aggregate of `wide` bins that end with `bin`. */
export function valueAt(bins: Bins, series: number, bin: number, aggregate: Aggregate, wide: number): number {
  switch (aggregate) {
    case "rate": return countOver(bins, series, bin, wide) / ((wide * bins.step) / 1000);
    case "count": return countOver(bins, series, bin, wide);
    case "p95": return sharesAt(bins, series, bin, wide, [0.95])[0];
    default: return plain(bins, series, bin, aggregate, wide);
  }
}

/** Percentiles of `wide` bins that end with `bin`. */
export function sharesAt(bins: Bins, series: number, bin: number, wide: number, shares: number[]): number[] {
  if (!bins.spread) return shares.map(() => NaN);
  scratch.fill(0);
  let low = kBuckets, high = -1;
  for (let b = bin - wide + 1; b <= bin; b++) {
    const slot = bins.slotOf(b), cell = slot * bins.series + series;
    if (slot < 0 || bins.count[cell] === 0) continue;
    const at = cell * kBuckets;
    for (let i = 0; i < kBuckets; i++) {
      const n = bins.spread[at + i];
      if (n === 0) continue;
      scratch[i] += n;
      if (i < low) low = i;
      if (i > high) high = i;
    }
  }
  return high < 0 ? shares.map(() => NaN) : quantiles(scratch, shares);
}

/** Breaks the line where it was silent for much longer than it usually is. `ys` holds NaN where nothing was. */
export function breakSilences(ys: Float64Array, atLeast: number): void {
  let first = -1, last = -1, some = 0;
  for (let i = 0; i < ys.length; i++) {
    if (ys[i] !== ys[i]) continue;
    if (first < 0) first = i;
    last = i;
    some++;
  }
  if (some < 2) return;
  const silence = Math.max(atLeast, 4 * ((last - first) / (some - 1)));
  let previous = first;
  for (let i = first + 1; i <= last; i++) {
    if (ys[i] !== ys[i]) continue;
    if (i - previous > silence) ys[previous + 1] = kBreak;
    previous = i;
  }
}

function countOver(bins: Bins, series: number, bin: number, wide: number): number {
  let n = 0;
  for (let b = bin - wide + 1; b <= bin; b++) {
    const slot = bins.slotOf(b);
    if (slot >= 0) n += bins.count[slot * bins.series + series];
  }
  return n;
}

function plain(bins: Bins, series: number, bin: number, aggregate: Aggregate, wide: number): number {
  let n = 0, sum = 0, low = Infinity, high = -Infinity, last = NaN;
  for (let b = bin - wide + 1; b <= bin; b++) {
    const slot = bins.slotOf(b), cell = slot * bins.series + series;
    if (slot < 0 || bins.count[cell] === 0) continue;
    n += bins.count[cell];
    sum += bins.sum[cell];
    low = Math.min(low, bins.low[cell]);
    high = Math.max(high, bins.high[cell]);
    last = bins.last[cell];
  }
  if (n === 0) return NaN;
  if (aggregate === "mean") return sum / n;
  if (aggregate === "min") return low;
  return aggregate === "max" ? high : last;
}
