// Canvas strokes that charts, sparklines and the lane share.
import { alpha, ink } from "./ink.ts";

export type Pen = CanvasRenderingContext2D;

export interface Fitted { ctx: Pen; w: number; h: number }

const sizes = new WeakMap<HTMLCanvasElement, { w: number; h: number }>();
const watcher = new ResizeObserver(entries => {
  for (const { target, contentRect } of entries) sizes.set(target as HTMLCanvasElement, { w: contentRect.width, h: contentRect.height });
});

/** Sizes a canvas to its box and hands out its context in CSS pixels, cleared. Boxes are watched, not measured. */
export function fit(canvas: HTMLCanvasElement): Fitted | null {
  let box = sizes.get(canvas);
  if (!box) {
    const { width, height } = canvas.getBoundingClientRect();
    sizes.set(canvas, (box = { w: width, h: height }));
    watcher.observe(canvas);
  }
  if (!box.w || !box.h) return null;
  const k = devicePixelRatio || 1, width = Math.round(box.w * k), height = Math.round(box.h * k);
  const ctx = canvas.getContext("2d")!;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  ctx.setTransform(k, 0, 0, k, 0, 0);
  ctx.clearRect(0, 0, box.w, box.h);
  return { ctx, w: box.w, h: box.h };
}

export interface Hatch { color: string; pitch?: number; width?: number; cross?: boolean }

/** 45° lines within a box; crossed where nothing will come back. */
export function hatch(ctx: Pen, x: number, y: number, w: number, h: number, { color, pitch = 6, width = 1, cross = false }: Hatch): void {
  if (w <= 0) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, w, h);
  ctx.clip();
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.beginPath();
  for (let at = Math.floor((x - h) / pitch) * pitch; at < x + w; at += pitch) {
    ctx.moveTo(at, y + h);
    ctx.lineTo(at + h, y);
    if (cross) {
      ctx.moveTo(at, y);
      ctx.lineTo(at + h, y + h);
    }
  }
  ctx.stroke();
  ctx.restore();
}

export interface Spark { color: string; dot?: boolean; zero?: boolean; hole?: [number, number] | null }

/** A sparkline: broken where values are not finite for long, hatched where the outage is. */
export function spark(canvas: HTMLCanvasElement, values: ArrayLike<number>, { color, dot = false, zero = false, hole = null }: Spark): void {
  const fitted = fit(canvas);
  if (!fitted) return;
  const { ctx, w, h } = fitted, right = dot ? 3 : 0, n = values.length;
  if (hole) {
    const a = hole[0] * w, b = hole[1] * w;
    ctx.fillStyle = ink["hold-soft"];
    ctx.fillRect(a, 0, b - a, h);
    hatch(ctx, a, 0, b - a, h, { color: alpha(ink["hold-ink"], 0.55), pitch: 5 });
  }
  let low = zero ? 0 : Infinity, high = -Infinity;
  for (let i = 0; i < n; i++) if (Number.isFinite(values[i])) [low, high] = [Math.min(low, values[i]), Math.max(high, values[i])];
  if (high === -Infinity || (zero && high === 0)) return baseline(ctx, w, h);
  [low, high] = roomy(low, high);
  const x = (i: number) => (i / (n - 1)) * (w - right), y = (v: number) => 3 + (high === low ? 0.5 : 1 - (v - low) / (high - low)) * (h - 7);
  ctx.beginPath();
  let down = false, last = -1;
  for (let i = 0; i < n; i++) {
    if (values[i] === -Infinity) down = false;
    if (!Number.isFinite(values[i])) continue;
    if (down) ctx.lineTo(x(i), y(values[i]));
    else ctx.moveTo(x(i), y(values[i]));
    [down, last] = [true, i];
  }
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.25;
  ctx.lineJoin = "round";
  ctx.stroke();
  if (dot && last >= 0 && !hole) disc(ctx, x(last), y(values[last]), 2, color);
}

/** A tenth of the value is the least that a sparkline spans: noise must not look like news. */
function roomy(low: number, high: number): [number, number] {
  const least = Math.max(Math.abs(low), Math.abs(high)) * 0.1, lack = least - (high - low);
  return lack > 0 ? [low - lack / 2, high + lack / 2] : [low, high];
}

export function disc(ctx: Pen, x: number, y: number, r: number, color: string): void {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 7);
  ctx.fillStyle = color;
  ctx.fill();
}

function baseline(ctx: Pen, w: number, h: number): void {
  ctx.strokeStyle = ink["line-strong"];
  ctx.setLineDash([2, 3]);
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(0, h - 4.5);
  ctx.lineTo(w, h - 4.5);
  ctx.stroke();
  ctx.setLineDash([]);
}

export interface Tag {
  color: string;
  align?: "left" | "right" | "center";
  k: number;
  left: number;
  right: number;
  /** Where tags of the same row stand: one that would lie over another is left out. */
  taken: [left: number, right: number][];
}

/** A small framed word on a chart, kept within [left, right]. */
export function tag(ctx: Pen, text: string, x: number, y: number, { color, align = "left", k, left, right, taken }: Tag): void {
  ctx.font = `600 ${11 * k}px ${ink.font}`;
  const w = ctx.measureText(text).width + 10 * k, h = 18 * k;
  let x0 = align === "right" ? x - w : align === "center" ? x - w / 2 : x;
  x0 = Math.max(left, Math.min(right - w, x0));
  if (taken.some(([a, b]) => x0 < b && x0 + w > a)) return;
  taken.push([x0 - 3 * k, x0 + w + 3 * k]);
  ctx.fillStyle = ink.sheet;
  ctx.beginPath();
  ctx.roundRect(x0, y, w, h, 3 * k);
  ctx.fill();
  ctx.strokeStyle = color;
  ctx.lineWidth = k;
  ctx.stroke();
  ctx.fillStyle = color;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(text, x0 + 5 * k, y + h / 2 + 0.5 * k);
}
