// The distribution of one field over the window: bars of equal width on a logarithmic axis.
import type { PanelSpec } from "../messages.ts";
import { Bins } from "./bins.ts";
import type { Columns, Row } from "./columns.ts";
import { boundsOf, kBuckets, quantiles } from "./sketch.ts";
import type { Scene } from "./scene.ts";

const kSlots = 30;
const kMostBars = 18;

export class Histogram {
  private readonly bins: Bins;
  private readonly sum = new Float64Array(kBuckets);
  private column = -1;

  constructor(private readonly spec: PanelSpec, private readonly columns: Columns, span: number) {
    this.bins = new Bins(span / kSlots, kSlots + 4, 1, true);
  }

  add(row: Row): boolean {
    if (this.column < 0) this.column = this.columns.numbers.indexOf(this.spec.field);
    const value = this.column < 0 ? NaN : row.numbers[this.column];
    return value !== value || this.bins.add(row.t, 0, value, row.weight);
  }

  view(scene: Scene): { edges: number[]; counts: Float64Array; marks: [string, number][]; total: number } {
    this.total(scene);
    const [p50, p95, p99] = quantiles(this.sum, [0.5, 0.95, 0.99]);
    const total = this.sum.reduce((a, b) => a + b, 0);
    const marks: [string, number][] = total ? [["p50", p50], ["p95", p95], ["p99", p99]] : [];
    return { ...this.bars(), marks, total };
  }

  private total(scene: Scene): void {
    this.sum.fill(0);
    const to = this.bins.binOf(scene.at);
    for (let bin = to - kSlots + 1; bin <= to; bin++) {
      const slot = this.bins.slotOf(bin);
      if (slot < 0) continue;
      const at = slot * kBuckets;
      for (let i = 0; i < kBuckets; i++) this.sum[i] += this.bins.spread![at + i];
    }
  }

  /** Buckets joined to bars: as fine as fits, aligned so that edges don't wander. */
  private bars(): { edges: number[]; counts: Float64Array } {
    let low = this.sum.findIndex(n => n > 0), high = this.sum.findLastIndex(n => n > 0);
    if (low < 0) return { edges: [], counts: new Float64Array(0) };
    const middle = (kBuckets - 1) / 2;
    const per = [1, 2, 3, 6, 12, 24, 48].find(n => (high - low) / n < kMostBars - 2) ?? 96;
    const align = (bucket: number) => Math.floor((bucket - middle - 1) / per);
    low = align(low) - 1;
    high = align(high) + 1;
    const counts = new Float64Array(high - low + 1), edges: number[] = [];
    for (let bar = low; bar <= high; bar++) {
      const first = bar * per + middle + 1;
      edges.push(lowerBound(first));
      for (let i = Math.max(0, first); i < Math.min(kBuckets, first + per); i++) counts[bar - low] += this.sum[i];
    }
    edges.push(lowerBound((high + 1) * per + middle + 1));
    return { edges, counts };
  }
}

function lowerBound(bucket: number): number {
  const [near, far] = boundsOf(Math.max(0, Math.min(kBuckets - 1, bucket)));
  return near < 0 ? far : near;
}
