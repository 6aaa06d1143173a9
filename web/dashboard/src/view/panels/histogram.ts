// The distribution of one field: bars on a logarithmic axis, with the percentiles that people ask for marked above.
import uPlot from "uplot";
import type { HistogramView, PanelSpec, PanelView } from "../../messages.ts";
import { grouped } from "../../words.ts";
import { axisFor, gutterFor, kOff } from "../axis.ts";
import { el, say } from "../dom.ts";
import { short, tickLabel } from "../figures.ts";
import { ink } from "../ink.ts";
import { Panel, type Frame, type OnMenu } from "./panel.ts";

const kAlign: Record<string, CanvasTextAlign> = { p50: "center", p95: "right", p99: "left" };
const kNudge: Record<string, number> = { p50: 0, p95: 3, p99: -3 };

export class HistogramPanel extends Panel {
  private readonly legend = el(".legend");
  private readonly plot = el(".plot", { role: "img" });
  private readonly values: HTMLElement[] = [];
  private readonly time = el("span.during");
  private chart: uPlot | null = null;
  private view: HistogramView | null = null;
  /** The top of the axis: moves only when bars would leave it, or look lost below it. */
  private high = 0;
  private box = { width: 300, height: 120 };

  constructor(spec: PanelSpec, onMenu: OnMenu) {
    super(spec, onMenu);
    for (const name of ["p50", "p95", "p99"]) {
      const value = el("b");
      this.values.push(value);
      this.legend.append(el("span.mark-item", {}, `${name} `, value));
    }
    this.legend.append(this.time);
    this.plot.setAttribute("aria-label", "Distribution");
    this.body.append(this.legend, this.plot);
  }

  protected take(view: PanelView): void {
    if (view.kind !== "histogram") return;
    this.view = view;
    this.values.forEach((node, i) => say(node, view.marks[i] ? short(view.marks[i][1], view.unit, view.whole) : "–"));
    say(this.time, view.during);
    const most = view.counts.reduce((a, b) => Math.max(a, b), 0);
    if (most > this.high || most < this.high * 0.7) this.high = most * 1.12;
    this.plot.setAttribute("aria-label", `Distribution of ${grouped(view.total)} values. ${view.marks.map(([name, v]) => `${name} ${short(v, view.unit, view.whole)}`).join(", ")}.`);
    if (!this.chart && view.counts.length) this.build();
  }

  /** The time stands with the percentiles: these panels are narrow. */
  protected override subtitle(): string {
    return this.unit;
  }

  draw(_: Frame): void {
    if (!this.dirty || !this.chart || !this.view?.counts.length) return;
    this.dirty = false;
    const { counts } = this.view;
    this.chart.setData([Array.from(counts, (_, i) => i), Array.from(counts)]);
  }

  override fit(): void {
    const { width, height } = this.plot.getBoundingClientRect();
    if (!width || !height) return;
    this.box = { width: Math.round(width - 16), height: Math.round(height - 4) };
    this.chart?.setSize(this.box);
    this.dirty = true;
  }

  override ink(): void {
    super.ink();
    this.chart?.redraw(false, true);
  }

  override destroy(): void {
    this.chart?.destroy();
    this.chart = null;
  }

  table(): { head: string[]; rows: string[][] } {
    const { edges, counts, unit } = this.view ?? { edges: [], counts: new Float64Array(0), unit: "" };
    const rows = Array.from(counts, (n, i) => [`${short(edges[i], unit, false)} to ${short(edges[i + 1], unit, false)}`, grouped(n)]);
    return { head: [this.spec.field, "records"], rows };
  }

  private build(): void {
    const font = `11px ${ink.font}`;
    this.fit();
    this.chart = new uPlot({
      ...this.box, padding: [16, 0, 0, 4], legend: { show: false }, cursor: { show: false },
      scales: {
        x: { time: false, range: () => [-0.1, (this.view?.counts.length ?? 1) + 0.1] },
        y: { range: () => [0, this.high || 1] },
      },
      axes: [
        {
          size: 24, gap: 5, font, stroke: () => ink["text-3"], grid: { show: false }, ticks: { size: 4, width: 1, stroke: () => ink["line-strong"] },
          border: { show: true, width: 1, stroke: () => ink["line-strong"] }, splits: () => this.edgeTicks(), values: (_, list) => list.map(i => this.edgeLabel(i)),
        },
        {
          side: 1, size: (_, labels) => gutterFor(labels ?? []), gap: kOff, font, stroke: () => ink["text-3"], grid: { width: 1, stroke: () => ink.grid }, ticks: { show: false },
          splits: () => this.countTicks(), values: (_, list) => list.map(v => tickLabel(v, list[1] ?? 1, "")),
        },
      ],
      series: [{}, {
        stroke: () => ink.seq[5], fill: () => ink.seq[5], width: 0, points: { show: false },
        paths: uPlot.paths.bars!({ size: [0.86, 40, 1], align: 1, gap: 0 }),
      }],
      hooks: { draw: [u => this.marks(u)] },
    }, [[0], [0]], this.plot);
    this.chart.over.setAttribute("aria-hidden", "true");
  }

  private countTicks(): number[] {
    const { ticks } = axisFor(0, this.high || 1, 3);
    return ticks.filter(tick => tick <= this.high);
  }

  /** At powers of two where there are enough of them, for these are round; else evenly. */
  private edgeTicks(): number[] {
    const edges = this.view?.edges ?? [], most = Math.max(3, this.box.width / 40);
    const round = edges.map((edge, i) => (edge !== 0 && Math.abs(Math.log2(Math.abs(edge)) % 1) < 1e-6 ? i : -1)).filter(i => i >= 0);
    const list = round.length >= 3 ? round : edges.map((_, i) => i), every = Math.ceil(list.length / most);
    return list.filter((_, i) => i % every === 0 && list[i] < edges.length - 1);
  }

  private edgeLabel(i: number): string {
    const v = this.view?.edges[i] ?? 0, size = Math.abs(v);
    if (size >= 10_000) return tickLabel(v, 1, "");
    return size >= 100 || size === 0 ? String(Math.round(v)) : String(+v.toPrecision(2));
  }

  /** A percentile's mark stands in the gap above its bar, never on it. */
  private marks(u: uPlot): void {
    const { view } = this;
    if (!view?.marks.length) return;
    const { ctx } = u, k = devicePixelRatio || 1, { top } = u.bbox;
    ctx.save();
    ctx.font = `${11 * k}px ${ink.font}`;
    ctx.textBaseline = "bottom";
    for (const [name, value] of view.marks) {
      const at = placeOf(value, view.edges), x = Math.round(u.valToPos(at, "x", true));
      const y = u.valToPos(view.counts[Math.min(view.counts.length - 1, Math.floor(at))] ?? 0, "y", true);
      ctx.fillStyle = ink["text-3"];
      ctx.fillRect(Math.round(x - k / 2), top - k, k, Math.max(0, y - top - 3 * k));
      ctx.textAlign = kAlign[name];
      ctx.fillStyle = ink["text-2"];
      ctx.fillText(name, x + kNudge[name] * k, top - 3 * k);
    }
    ctx.restore();
  }
}

/** Where a value stands on the axis of bars. */
function placeOf(value: number, edges: number[]): number {
  const next = edges.findIndex(edge => edge > value);
  if (next <= 0) return next < 0 ? edges.length - 1.5 : 0;
  const a = edges[next - 1], b = edges[next];
  return next - 1 + (a > 0 ? Math.log(value / a) / Math.log(b / a) : (value - a) / (b - a));
}
