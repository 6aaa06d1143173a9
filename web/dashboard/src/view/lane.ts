// What the scrubber draws: where times stand, bars, marks, ticks, and the strip of all that is kept.
import type { LaneView } from "../messages.ts";
import { reachOf } from "../reach.ts";
import { two } from "../words.ts";
import { hatch, type Fitted, type Pen } from "./draw.ts";
import { alpha, ink } from "./ink.ts";

export interface LaneTime { now: number; at: number; span: number; past: boolean }

export interface LaneBox {
  small: boolean;
  w: number;
  pad: number;
  top: number;
  base: number;
  from: number;
  to: number;
  stripTop: number;
  earliest: number;
  x(t: number): number;
  timeAt(x: number): number;
  stripTimeAt(x: number): number;
}

export function laneBox({ w, h }: Fitted, { now, at, span }: LaneTime, earliest: number): LaneBox {
  const small = h < 70, pad = small ? 4 : 16, { from, to } = reachOf(now, at, span), range = to - from;
  const wide = w - 2 * pad, stripLeft = pad + 84, stripRight = w - pad - 34;
  return {
    small, w, pad, top: small ? 14 : 26, base: small ? h - 16 : 56, from, to, stripTop: h - 24, earliest,
    x: t => pad + ((t - from) / range) * wide,
    timeAt: x => from + ((x - pad) / wide) * range,
    stripTimeAt: x => earliest + ((x - stripLeft) / (stripRight - stripLeft)) * (now - earliest),
  };
}

export function drawLane(ctx: Pen, box: LaneBox, time: LaneTime, lane: LaneView | null): void {
  const { x, top, base, pad, w } = box, a = Math.max(pad, x(time.at - time.span)), b = x(time.at);
  ctx.fillStyle = alpha(time.past ? ink.accent : ink.text, 0.08);
  ctx.beginPath();
  ctx.roundRect(a, top - 3, Math.max(1, b - a), base - top + 3, [3, 3, 0, 0]);
  ctx.fill();
  ctx.fillStyle = ink["line-strong"];
  ctx.fillRect(pad, base, w - 2 * pad, 1);
  if (lane) drawBars(ctx, box, time, lane);
  if (lane) drawMarks(ctx, box, lane, time.now);
  if (!box.small) drawTicks(ctx, box, time, b);
}

function drawBars(ctx: Pen, box: LaneBox, time: LaneTime, lane: LaneView): void {
  const { x, top, base, pad, w } = box, most = highest(lane.bars), slot = lane.slot;
  if (!most) return;
  const wide = Math.max(1, x(slot) - x(0) - 1);
  for (let i = 0; i < lane.bars.length; i++) {
    const n = lane.bars[i], t = lane.from + i * slot;
    if (!(n > 0) || t + slot < box.from || t > box.to) continue;
    const mid = t + slot / 2, inside = mid <= time.at && mid > time.at - time.span;
    const tall = Math.max(2, Math.round(Math.min(1, n / most) * (base - top - 2)));
    ctx.fillStyle = inside ? (time.past ? ink.accent : ink.text) : alpha(ink["text-3"], mid > time.at ? 0.3 : 0.62);
    const left = Math.max(pad, Math.round(x(t)));
    ctx.fillRect(left, base - tall, Math.min(wide, w - pad - left), tall);
  }
}

/** The last slot is only begun; it and outliers don't set the scale. */
function highest(bars: Float64Array): number {
  const known = [...bars].filter(n => n > 0).sort((a, b) => a - b);
  return known.length ? known[Math.floor((known.length - 1) * 0.98)] * 1.15 : 0;
}

function drawMarks(ctx: Pen, box: LaneBox, lane: LaneView, now: number): void {
  const { x, top, base, pad, w } = box;
  for (const { from, to, kind } of lane.marks) {
    const left = Math.max(pad, x(from)), right = Math.min(w - pad, Math.max(x(Math.min(to, now)), left + 4));
    if (right <= pad || left >= w - pad) continue;
    ctx.fillStyle = kind === "recovered" ? ink.accent : kind === "gap" ? ink["loss-ink"] : ink["hold-ink"];
    ctx.fillRect(left, base + 2, right - left, 3);
    if (kind === "gap") hatch(ctx, left, top + 6, right - left, base - top - 6, { color: alpha(ink["loss-ink"], 0.5), pitch: 5, cross: true });
  }
}

/** Round distances of labels, each with the small ticks between them. */
const kTicks: [coarse: number, fine: number][] = [[300_000, 60_000], [600_000, 120_000], [1_800_000, 300_000], [3_600_000, 600_000], [7_200_000, 1_800_000], [10_800_000, 3_600_000], [21_600_000, 3_600_000], [43_200_000, 10_800_000], [86_400_000, 21_600_000]];

function drawTicks(ctx: Pen, { x, pad, w, from, to }: LaneBox, { at }: LaneTime, head: number): void {
  const room = ((to - from) / (w - 2 * pad)) * 90, [coarse, fine] = kTicks.find(([distance]) => distance >= room) ?? kTicks[kTicks.length - 1], shift = new Date(at).getTimezoneOffset() * 60_000;
  ctx.font = `11px ${ink.font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  for (let t = Math.ceil((from - shift) / fine) * fine + shift; t < to; t += fine) {
    const px = Math.round(x(t)), five = Math.round(t - shift) % coarse === 0;
    if (px <= pad || px >= w - pad) continue;
    ctx.fillStyle = ink["line-strong"];
    ctx.fillRect(px, 22 - (five ? 3 : 1), 1, five ? 4 : 2);
    if (!five || px < pad + 18 || px > w - pad - 18 || Math.abs(px - head) < 26) continue;
    const date = new Date(t);
    ctx.fillStyle = ink["text-3"];
    ctx.fillText(coarse >= 10_800_000 && date.getHours() === 0 ? `${date.getDate()}.${date.getMonth() + 1}.` : `${two(date.getHours())}:${two(date.getMinutes())}`, px, 15);
  }
}

/**
 * All that Kafka keeps, a block per day (per hour, per ten minutes), outages as ticks. The lane is framed on it; where the
 * frame would be next to nothing, or hold nearly all, a handle marks the end of the lane, or the moment shown.
 */
export function drawStrip(ctx: Pen, box: LaneBox, { now, at, past }: LaneTime, lane: LaneView | null): void {
  const left = box.pad + 84, right = box.w - box.pad - 34, y = box.stripTop + 4, kept = Math.max(1000, now - box.earliest);
  const unit = kept > 172_800_000 ? 86_400_000 : kept > 10_800_000 ? 3_600_000 : kept > 1_200_000 ? 600_000 : 60_000;
  const x = (t: number) => left + Math.max(0, Math.min(1, (t - box.earliest) / kept)) * (right - left);
  const shift = new Date(now).getTimezoneOffset() * 60_000;
  ctx.fillStyle = alpha(ink["text-3"], 0.3);
  for (let t = Math.floor((box.earliest - shift) / unit) * unit + shift; t < now; t += unit) {
    const a = Math.round(x(t)), b = Math.round(x(t + unit)) - (t + unit < now ? 2 : 0);
    ctx.beginPath();
    ctx.roundRect(a, y, Math.max(1, b - a), 6, 1);
    ctx.fill();
  }
  for (const { from, kind } of lane?.marks ?? []) {
    ctx.fillStyle = kind === "recovered" ? ink.accent : kind === "gap" ? ink["loss-ink"] : ink["hold-ink"];
    ctx.fillRect(Math.round(x(from)), y, 3, 6);
  }
  const a = x(Math.max(box.from, box.earliest)), b = Math.max(a + 4, x(box.to)), most = b - a > (right - left) / 2;
  ctx.fillStyle = past ? ink.accent : ink.text;
  ctx.strokeStyle = ctx.fillStyle;
  ctx.lineWidth = 1;
  if (b - a > 8 && !most) ctx.strokeRect(Math.round(a) + 0.5, y - 2.5, Math.round(b - a) - 1, 11);
  else ctx.fillRect(Math.round(most ? Math.max(left + 4, x(at)) : b) - 4, y - 3, 4, 12);
}
