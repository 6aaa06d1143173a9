// One key figure, of all keys or of one: its value now, its line over the window, its change against one window ago.
import type { PanelSpec } from "../messages.ts";
import { Bins } from "./bins.ts";
import type { Columns, Row } from "./columns.ts";
import { knownBins, samplesWithin } from "./extent.ts";
import { breakSilences, kBreak, valueAt } from "./reduce.ts";
import type { Scene } from "./scene.ts";
import { spell } from "../words.ts";

const kBins = 90;
const kMargin = 12;

export class Stat {
  private readonly bins: Bins;
  private readonly wide: number;
  private column = -1;

  constructor(private readonly spec: PanelSpec, private readonly columns: Columns, span: number) {
    const step = span / kBins;
    this.bins = new Bins(step, kBins + kMargin, 1, spec.aggregate === "p95");
    this.wide = Math.max(2, Math.min(kMargin - 2, Math.round(5000 / step)));
  }

  add(row: Row): boolean {
    const { group } = this.spec;
    if (group !== "" && this.columns.keys.name(row.key) !== group) return true;
    if (this.spec.field === "") return this.bins.add(row.t, 0, NaN);
    if (this.column < 0) this.column = this.columns.numbers.indexOf(this.spec.field);
    const value = this.column < 0 ? NaN : row.numbers[this.column];
    return value !== value || this.bins.add(row.t, 0, value);
  }

  view(scene: Scene): { value: number; during: string; change: number; line: Float64Array } {
    const last = this.bins.binOf(Math.min(scene.at - scene.late, this.end(scene))) - 1, from = this.bins.binOf(scene.at) - kBins;
    const line = new Float64Array(kBins).fill(NaN);
    for (let i = 0; i < kBins; i++) if (from + i <= last) line[i] = this.at(from + i, scene);
    breakSilences(line, 6);
    const whole = scene.covered <= scene.at - scene.span + 3000;
    if (this.spec.aggregate === "count") return { value: whole ? this.count(last, scene) : NaN, during: spell(scene.span), change: NaN, line };
    const value = this.at(last, scene), before = line.subarray(0, this.wide + 1).find(v => v === v && v !== kBreak) ?? NaN;
    return { value, during: spell(this.wide * this.bins.step), change: whole && before !== 0 ? value / before - 1 : NaN, line };
  }

  /** All of the window; of a sample nobody knows. */
  private count(last: number, { samples }: Scene): number {
    const from = (last - kBins + 1) * this.bins.step, to = (last + 1) * this.bins.step;
    return samplesWithin(samples, from, to).length ? NaN : valueAt(this.bins, 0, last, "count", kBins);
  }

  /** Where the data ends: at the first open hole. */
  private end(scene: Scene): number {
    return scene.holes.reduce((end, [a, b]) => (b >= scene.at ? Math.min(end, a) : end), scene.at);
  }

  private at(bin: number, scene: Scene): number {
    const known = this.spec.field === "" ? knownBins(scene.samples, bin, this.bins.step, this.wide) : this.wide;
    const reach = Number.isFinite(scene.covered) ? Math.min(known, bin - this.bins.binOf(scene.covered)) : known;
    return reach < 1 ? NaN : valueAt(this.bins, 0, bin, this.spec.aggregate, reach);
  }
}
