// Outages, replays and gaps on a chart: washes and hatches below the lines, edges, fronts and tags above them.
import type uPlot from "uplot";
import type { Band } from "../../messages.ts";
import { hatch, tag, type Pen } from "../draw.ts";
import { alpha, ink } from "../ink.ts";

interface Box { taken: [number, number][]; ctx: Pen; k: number; top: number; height: number; left: number; right: number; x(t: number): number }

function boxOf(u: uPlot): Box {
  const { top, height, left, width } = u.bbox, right = left + width;
  const x = (t: number) => Math.max(left, Math.min(right, u.valToPos(Math.min(t, 1e15), "x", true)));
  return { taken: [], ctx: u.ctx, k: devicePixelRatio || 1, top, height, left, right, x };
}

/** Below the lines. */
export function drawGrounds(u: uPlot, bands: Band[], at: number): void {
  const box = boxOf(u);
  for (const band of bands) {
    const a = box.x(band.from), b = box.x(Math.min(band.to, at));
    if (b <= a || band.kind === "first") continue;
    if (band.kind === "gap") lost(box, a, b);
    else outage(box, a, b, band, at);
  }
}

function lost({ ctx, k, top, height }: Box, a: number, b: number): void {
  ctx.fillStyle = ink["loss-soft"];
  ctx.fillRect(a, top, b - a, height);
  hatch(ctx, a, top, b - a, height, { color: alpha(ink["loss-ink"], 0.38), pitch: 7 * k, width: k, cross: true });
  edge(ctx, a, top, height, ink["loss-ink"], k);
  edge(ctx, b, top, height, ink["loss-ink"], k);
}

function outage({ ctx, k, top, height, x }: Box, a: number, b: number, band: Band, at: number): void {
  const front = x(band.front), whole = band.front >= Math.min(band.to, at);
  if (front > a) {
    ctx.fillStyle = alpha(ink.accent, whole ? 0.06 : 0.1);
    ctx.fillRect(a, top, front - a, height);
    ctx.fillStyle = ink.accent;
    ctx.fillRect(a, top + height - 2 * k, front - a, 2 * k);
  }
  if (whole) return;
  ctx.fillStyle = ink["hold-soft"];
  ctx.fillRect(front, top, b - front, height);
  hatch(ctx, front, top, b - front, height, { color: alpha(ink["hold-ink"], 0.44), pitch: 6 * k, width: k });
}

/** Above the lines, the newest first: its word stands. `tags`: this panel is the one that says it in words. */
export function drawMarks(u: uPlot, bands: Band[], at: number, tags: boolean): void {
  const box = boxOf(u), { ctx, k, top, height, left, right, taken, x } = box, y = top + 6 * k;
  ctx.save();
  for (const band of bands.toReversed()) {
    const to = Math.min(band.to, at), a = x(band.from), b = x(to), front = x(band.front);
    if (b <= a) continue;
    if (band.kind === "gap") tag(ctx, band.text, b + 5 * k, y, { color: ink.loss, k, left, right, taken });
    else if (band.kind === "first") {
      if (band.front > band.from) frontLine(box, front);
    }
    else if (band.front >= to) {
      if (tags && band.text) tag(ctx, band.text, (a + b) / 2, y, { color: ink.accent, align: "center", k, left, right, taken });
    } else {
      if (a > left + k) edge(ctx, a, top, height, ink["hold-ink"], k);
      if (band.front > band.from) filling(box, band, to, front, y);
      else if (band.text && b - a > 34 * k) tag(ctx, band.text, (a + b) / 2, y, { color: ink.hold, align: "center", k, left, right, taken });
    }
  }
  ctx.restore();
}

function filling(box: Box, band: Band, to: number, front: number, y: number): void {
  const { ctx, k, left, right, taken } = box;
  frontLine(box, front);
  const share = Math.floor(((band.front - band.from) / (to - band.from)) * 100);
  tag(ctx, `${share} %`, front - 5 * k, y, { color: ink.accent, align: "right", k, left, right, taken });
}

function frontLine({ ctx, k, top, height }: Box, x: number): void {
  ctx.fillStyle = ink.accent;
  ctx.fillRect(Math.round(x) - k, top, 2 * k, height);
}

function edge(ctx: Pen, x: number, top: number, height: number, color: string, k: number): void {
  ctx.fillStyle = color;
  ctx.fillRect(Math.round(x) - k / 2, top, k, height);
}
