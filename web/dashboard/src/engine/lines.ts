// A time panel: one field by series over the window, as lines; or p50, p95 and p99 of all together.
import type { PanelSpec, Series } from "../messages.ts";
import { Bins, kSeries } from "./bins.ts";
import type { Columns, Row } from "./columns.ts";
import { knownBins } from "./extent.ts";
import { Grouping, kNamed, kRest } from "./grouping.ts";
import { sliceOf } from "./history.ts";
import { breakSilences, kBreak, sharesAt, valueAt } from "./reduce.ts";
import type { Scene } from "./scene.ts";

const kBins = 240;
const kMargin = 40;
const kBlend = kMargin / 2;
const kOthersColor = 9;
const kShares = [0.5, 0.95, 0.99];
const kSpread: [string, number][] = [["p50", -7], ["p95", -5], ["p99", -4]];

export class Lines {
  private readonly bins: Bins;
  private readonly grouping: Grouping;
  private readonly counting: boolean;
  private readonly spread: boolean;
  private wide = 0;
  private column = -1;

  constructor(private readonly spec: PanelSpec, private readonly columns: Columns, private readonly span: number, preferred: string[]) {
    this.spread = spec.aggregate === "spread";
    this.counting = spec.aggregate === "rate" || spec.aggregate === "count";
    const series = spec.group === "" || this.spread ? 1 : kSeries;
    const sketch = this.spread || spec.aggregate === "p95";
    this.bins = new Bins(span / kBins, kBins + kMargin, series, sketch);
    this.grouping = new Grouping(columns, this.spread ? "" : spec.group, (spec.colors ??= {}), preferred);
  }

  add(row: Row): boolean {
    const value = this.valueOf(row);
    if (value !== value && !(this.counting && this.spec.field === "")) return true;
    return this.bins.add(row.t, this.grouping.of(row), value);
  }

  view(scene: Scene): { xs: Float64Array; series: Series[]; settled: number; others: number } {
    const { step } = this.bins, partial = this.counting || this.spread ? 1 : 0;
    const from = this.bins.binOf(scene.at - scene.span), to = this.bins.binOf(scene.at - (this.counting ? scene.late : 0)) - partial;
    const xs = new Float64Array(Math.max(0, to - from + 1));
    for (let i = 0; i < xs.length; i++) xs[i] = Math.min(scene.at, (from + i + (partial ? 1 : 0.5)) * step);
    this.settle(from, to);
    const series = this.spread ? this.percentiles(from, to, scene) : this.named(from, to, scene);
    for (const { ys, color } of series) this.cutHoles(ys, from, scene, color === kOthersColor && this.blends);
    return { xs, series, settled: (to + partial) * step, others: this.grouping.otherCount };
  }

  private named(from: number, to: number, scene: Scene): Series[] {
    const list: Series[] = [], slots = this.grouping.paint(scene.settled);
    for (let s = 0; s < this.bins.series; s++) {
      const name = this.nameOf(s);
      if (name === null) continue;
      const ys = new Float64Array(Math.max(0, to - from + 1)).fill(NaN);
      const some = this.fill(ys, s, from, scene);
      if (some) list.push({ name, color: s === kRest ? kOthersColor : this.spec.group === "" ? 1 : slots.get(name) ?? 1, ys });
      else if (this.bins.series > 1 && s < kNamed && scene.settled) this.grouping.release(s);
    }
    return list;
  }

  private fill(ys: Float64Array, series: number, from: number, scene: Scene): boolean {
    const blend = series === kRest && this.blends, aggregate = blend ? "mean" : this.spec.aggregate;
    let some = false;
    for (let i = 0; i < ys.length; i++) {
      const bin = from + i, wide = this.reach(bin, scene, blend ? kBlend : this.wide);
      if (wide < (aggregate === "count" ? this.wide : 1)) continue;
      ys[i] = valueAt(this.bins, series, bin, aggregate, wide);
      some ||= this.counting ? ys[i] > 0 : ys[i] === ys[i];
    }
    if (some && !this.counting) breakSilences(ys, 6);
    return some;
  }

  /** The last value of whichever key came last says nothing: the others are drawn as their mean over some seconds. */
  private get blends(): boolean {
    return this.spec.aggregate === "last";
  }

  private percentiles(from: number, to: number, scene: Scene): Series[] {
    const list = kSpread.map(([name, color]) => ({ name, color, ys: new Float64Array(Math.max(0, to - from + 1)).fill(NaN) }));
    let some = false;
    for (let bin = from; bin <= to; bin++) {
      const reach = this.reach(bin, scene, this.wide);
      if (reach < 1) continue;
      const found = sharesAt(this.bins, 0, bin, reach, kShares);
      found.forEach((v, i) => (list[i].ys[bin - from] = v));
      some ||= found[0] === found[0];
    }
    for (const { ys } of list) breakSilences(ys, 6);
    return some ? list : [];
  }

  /** How many bins a value at `bin` is made of: fewer where the data begins. */
  private reach(bin: number, scene: Scene, wide: number): number {
    const known = knownBins(scene.samples, bin, this.bins.step, wide);
    return Number.isFinite(scene.covered) ? Math.min(known, bin - this.bins.binOf(scene.covered)) : known;
  }

  /** A count is of as long as its panel says. Rates and percentiles look back far enough to rest on some twenty records, at most five seconds' worth of a minute. */
  private settle(from: number, to: number): void {
    if (this.spec.aggregate === "count") {
      this.wide = Math.round(sliceOf(this.span) / this.bins.step);
      return;
    }
    if (!this.counting && !this.spread && this.spec.aggregate !== "p95") {
      this.wide = 1;
      return;
    }
    let n = 0, some = 0;
    for (let bin = from; bin <= to; bin++) {
      const slot = this.bins.slotOf(bin);
      if (slot < 0) continue;
      some++;
      for (let s = 0; s < this.bins.series; s++) n += this.bins.count[slot * this.bins.series + s];
    }
    const names = Math.max(1, this.grouping.names.filter(name => name !== null).length);
    const wanted = Math.max(4, Math.min(kMargin / 2, Math.ceil((20 * names * some) / Math.max(1, n))));
    if (this.wide === 0 || wanted > this.wide * 2 || wanted * 2 < this.wide) this.wide = wanted;
  }

  private cutHoles(ys: Float64Array, from: number, scene: Scene, blended: boolean): void {
    const sliding = blended || this.counting || this.spread || this.spec.aggregate === "p95";
    for (const [a, b] of scene.holes) {
      const first = Math.max(0, this.bins.binOf(a) - from), last = Math.min(ys.length - 1, this.bins.binOf(b) - from);
      for (let i = first; i <= last; i++) if (sliding || ys[i] !== ys[i]) ys[i] = kBreak;
    }
  }

  private nameOf(series: number): string | null {
    if (this.spec.group === "") return this.spec.field || "records";
    return series === kRest ? "other" : this.grouping.names[series];
  }

  private valueOf(row: Row): number {
    if (this.spec.field === "") return NaN;
    if (this.column < 0) this.column = this.columns.numbers.indexOf(this.spec.field);
    return this.column < 0 ? NaN : row.numbers[this.column];
  }
}
