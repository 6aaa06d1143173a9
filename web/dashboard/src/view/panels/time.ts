// A time chart. The data comes from the Worker; this file gives it axes, legend, bands and a moving edge.
import uPlot from "uplot";
import type { Band, PanelSpec, PanelView, Series, TimeView } from "../../messages.ts";
import { clock, two } from "../../words.ts";
import { gutterFor, kOff, steady, type Axis } from "../axis.ts";
import { el } from "../dom.ts";
import { disc } from "../draw.ts";
import { figure, short, tickLabel } from "../figures.ts";
import { alpha, colorOf, ink } from "../ink.ts";
import { drawGrounds, drawMarks } from "./bands.ts";
import { Legend } from "./legend.ts";
import { Panel, type Frame, type OnMenu } from "./panel.ts";

type Y = (number | null | undefined)[];
const kSteps: [number, number][] = [[60_000, 10_000], [300_000, 60_000], [900_000, 180_000], [3_600_000, 600_000]];
const kInset = 16;
const kRemembered = 32;

export class TimePanel extends Panel {
  /** Set by the sheet on one panel: it says in words what the others only show. */
  leads = false;
  private readonly plot = el(".plot", { role: "img" });
  private readonly legend: Legend;
  private chart: uPlot | null = null;
  private series: Series[] = [];
  private shape = "";
  private data: [Float64Array, ...Y[]] = [new Float64Array(0)];
  private bands: Band[] = [];
  private axis: Axis | null = null;
  private frame: Frame = { at: 0, span: 60_000, past: false, slow: false, calm: false };
  private box = { width: 300, height: 120 };
  private only = "";
  private whole = false;
  private drawnAt = 0;
  /** What was drawn last is not yet in figures and words. */
  private unsaid = false;

  constructor(spec: PanelSpec, onMenu: OnMenu) {
    super(spec, onMenu);
    this.legend = new Legend(name => this.solo(name));
    this.plot.setAttribute("aria-label", "Line chart");
    this.body.append(this.legend.node, this.plot);
  }

  protected take(view: PanelView): void {
    if (view.kind !== "time") return;
    const shape = view.series.map(s => `${s.name}\u241f${s.color}`).join("\n");
    this.series = view.series;
    this.data = [view.xs, ...view.series.map(s => toPlot(s.ys))];
    this.bands = view.bands;
    this.whole = view.whole && this.spec.aggregate === "last";
    this.reach(view);
    this.legend.set(view.series, this.data.slice(1).map(ys => lastOf(ys as Y)), this.spec.aggregate === "spread", view.bands.some(band => band.kind === "first"));
    this.legend.count(view.others, this.spec.aggregate === "last");
    if (shape !== this.shape || !this.spec.colors) this.remember();
    if (shape !== this.shape || (!this.chart && !view.note)) this.rebuild(shape);
  }

  /** For links and the storage: the colours of now, and some of names that were here before. */
  private remember(): void {
    const now = this.series.filter(({ color }) => color >= 1 && color <= 8).map(({ name, color }): [string, number] => [name, color]);
    const before = Object.entries(this.spec.colors ?? {}).filter(([name]) => !now.some(([other]) => other === name));
    this.spec.colors = Object.fromEntries([...now, ...before].slice(0, kRemembered));
  }

  draw(frame: Frame): void {
    const u = this.chart;
    if (!u) return;
    if (this.unsaid && frame.slow) this.speak();
    const pixel = frame.span / Math.max(50, u.bbox.width);
    const step = frame.calm ? 1000 : pixel / 2;
    if (!this.dirty && frame.past === this.frame.past && frame.span === this.frame.span && Math.abs(frame.at - this.drawnAt) < step) return;
    if (frame.calm && !frame.past && Math.abs(frame.at - this.drawnAt) < 1000 && frame.span === this.frame.span) return;
    this.dirty = false;
    this.frame = frame;
    this.drawnAt = frame.at;
    u.batch(() => {
      u.setData(this.data as uPlot.AlignedData, false);
      u.setScale("x", { min: frame.at - frame.span, max: frame.at });
      u.setScale("y", { min: this.axis?.low ?? 0, max: this.axis?.high ?? 1 });
    });
    this.unsaid = true;
  }

  private speak(): void {
    this.unsaid = false;
    if (this.chart?.cursor.idx == null) this.showValues(null);
    this.plot.setAttribute("aria-label", this.describe());
  }

  override fit(): void {
    const { width, height } = this.plot.getBoundingClientRect();
    if (!width || !height) return;
    if (Math.round(width - kInset) !== this.box.width) this.legend.fit();
    this.box = { width: Math.round(width - kInset), height: Math.round(height - 4) };
    this.chart?.setSize(this.box);
    this.dirty = true;
  }

  override ink(): void {
    super.ink();
    this.legend.ink(this.series);
    this.chart?.redraw(false, true);
  }

  override destroy(): void {
    this.legend.destroy();
    this.chart?.destroy();
    this.chart = null;
  }

  table(): { head: string[]; rows: string[][] } {
    const [xs, ...columns] = this.data, rows: string[][] = [];
    const every = Math.max(1, Math.floor(xs.length / 30));
    for (let i = xs.length - 1; i >= 0; i -= every) rows.push([clock(xs[i]), ...columns.map(ys => this.format(nearest(ys as Y, i)))]);
    return { head: ["time", ...this.series.map(s => s.name)], rows };
  }

  private reach(view: TimeView): void {
    let min = Infinity, max = -Infinity;
    for (const { name, ys } of view.series) {
      if (this.only && name !== this.only) continue;
      for (const v of ys) if (Number.isFinite(v)) [min, max] = [Math.min(min, v), Math.max(max, v)];
    }
    if (max === -Infinity) return;
    if (this.spec.aggregate === "rate" || this.spec.aggregate === "count") min = 0;
    this.axis = steady(this.axis, min, max, view.unit, this.box.height < 110 ? 3 : 4);
  }

  private rebuild(shape: string): void {
    this.shape = shape;
    this.chart?.destroy();
    this.plot.replaceChildren();
    this.chart = null;
    this.fit();
    this.chart = new uPlot(this.options(), this.data as uPlot.AlignedData, this.plot);
    this.chart.over.setAttribute("aria-hidden", "true");
  }

  private options(): uPlot.Options {
    const font = `11px ${ink.font}`;
    return {
      ...this.box, padding: [6, 0, 0, 0], legend: { show: false },
      cursor: {
        y: false, sync: { key: "tailrace", setSeries: false }, drag: { x: false, y: false },
        points: { size: 7, width: 2, stroke: (_: uPlot, i: number) => colorOf(this.series[i - 1]?.color ?? 9), fill: () => ink.sheet },
      },
      scales: {
        x: { time: false, auto: false, range: () => [this.frame.at - this.frame.span, this.frame.at + this.frame.span * 0.004] },
        y: { auto: false, range: () => [this.axis?.low ?? 0, this.axis?.high ?? 1] },
      },
      axes: [
        {
          size: 24, gap: 5, font, stroke: () => ink["text-3"], grid: { show: false }, ticks: { size: 4, width: 1, stroke: () => ink["line-strong"] },
          border: { show: true, width: 1, stroke: () => ink["line-strong"] }, splits: () => this.timeTicks(), values: (_, list) => list.map(t => timeLabel(t, this.tickStep)),
        },
        {
          side: 1, size: () => this.gutter(), gap: kOff, font, stroke: () => ink["text-3"], grid: { width: 1, stroke: () => ink.grid }, ticks: { show: false },
          splits: () => this.axis?.ticks ?? [], values: (_, list) => list.map(v => tickLabel(v, this.axis?.step ?? 1, this.unit)),
        },
      ],
      series: [{}, ...this.series.map((s, i) => ({
        label: s.name, width: 1.5, stroke: () => colorOf(this.series[i]?.color ?? 9), points: { show: false }, spanGaps: false, show: !this.only || this.only === s.name,
      }))],
      bands: this.spec.aggregate === "spread" && this.series.length === 3 ? [{ series: [3, 1], fill: () => alpha(ink.seq[5], 0.1) }] : [],
      hooks: {
        drawAxes: [u => drawGrounds(u, this.bands, this.frame.at)],
        draw: [u => this.overlay(u)],
        setCursor: [u => this.showValues(u.cursor.idx ?? null)],
      },
    };
  }

  private overlay(u: uPlot): void {
    const { ctx } = u, k = devicePixelRatio || 1;
    drawMarks(u, this.bands, this.frame.at, this.leads);
    ctx.save();
    if (this.frame.past) {
      ctx.fillStyle = ink.accent;
      ctx.fillRect(Math.round(u.valToPos(this.frame.at, "x", true)), u.bbox.top, k, u.bbox.height);
    }
    this.series.forEach((s, i) => {
      const ys = this.data[i + 1] as Y, at = lastIndex(ys);
      if (at < 0 || (this.only && this.only !== s.name) || this.frame.at - this.data[0][at] > this.frame.span * 0.12) return;
      const x = u.valToPos(this.data[0][at], "x", true), y = u.valToPos(ys[at]!, "y", true);
      disc(ctx, x, y, 3.75 * k, ink.sheet);
      disc(ctx, x, y, 2.75 * k, colorOf(s.color));
    });
    ctx.restore();
  }

  private solo(name: string): void {
    this.only = name;
    this.axis = null;
    this.shape = "";
    this.dirty = true;
    this.series.forEach((s, i) => this.chart?.setSeries(i + 1, { show: !name || s.name === name }));
  }

  private showValues(index: number | null): void {
    this.legend.show(this.data.slice(1).map(ys => this.format(index === null ? lastOf(ys as Y) : nearest(ys as Y, index))));
  }

  private format(value: number | null | undefined): string {
    return value == null || !Number.isFinite(value) ? "–" : short(value, this.unit, this.whole);
  }

  private get tickStep(): number {
    return kSteps.find(([span]) => this.frame.span <= span)?.[1] ?? 600_000;
  }

  private timeTicks(): number[] {
    const { at, span } = this.frame, wide = this.box.width < 260 ? 2 : 1, step = this.tickStep * wide, out: number[] = [];
    const shift = new Date(at).getTimezoneOffset() * 60_000, edge = span * Math.max(0.02, 17 / this.box.width);
    for (let t = Math.ceil((at - span + edge - shift) / step) * step + shift; t < at - edge; t += step) out.push(t);
    return out;
  }

  private gutter(): number {
    return gutterFor((this.axis?.ticks ?? []).map(v => tickLabel(v, this.axis!.step, this.unit)));
  }

  private describe(): string {
    const list = this.series.slice(0, 9).map(s => `${s.name} ${figure(lastOf(toPlot(s.ys)), this.unit, this.whole).text}`);
    return `Line chart. ${list.length ? list.join(", ") : "Nothing drawn"}.`;
  }
}

function timeLabel(t: number, step: number): string {
  const date = new Date(t), s = date.getSeconds();
  return step < 60_000 && s ? `:${two(s)}` : `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** uPlot breaks a line at null and passes over undefined. */
function toPlot(ys: Float64Array): Y {
  const out: Y = new Array(ys.length);
  for (let i = 0; i < ys.length; i++) out[i] = ys[i] !== ys[i] ? undefined : ys[i] === -Infinity ? null : ys[i];
  return out;
}

function lastIndex(ys: Y): number {
  let i = ys.length - 1;
  while (i >= 0 && ys[i] === undefined) i--;
  return i >= 0 && ys[i] === null ? -1 : i;
}

function lastOf(ys: Y): number {
  for (let i = ys.length - 1; i >= 0; i--) if (ys[i] != null) return ys[i]!;
  return NaN;
}

/** The value at an index, or the one before it: a line stands there though no record does. */
function nearest(ys: Y, index: number): number {
  for (let i = Math.min(index, ys.length - 1); i >= 0 && index - i < 40; i--) {
    if (ys[i] === null) return NaN;
    if (ys[i] !== undefined) return ys[i]!;
  }
  return NaN;
}
