// Round ticks and steady ranges: an axis moves only when it must.

export interface Axis { low: number; high: number; ticks: number[]; step: number }

/** How far axis labels stand off the chart, and what is left between them and the edge of the panel. */
export const kOff = 8;
const kEdge = 9;

/** Width of an axis at the right that these labels fit in. */
export function gutterFor(labels: string[]): number {
  return kOff + kEdge + Math.ceil(Math.max(2, ...labels.map(label => label.length)) * 6.2);
}

/** Round ticks that hold [low, high], at most `most` steps of them. */
export function axisFor(low: number, high: number, most = 4): Axis {
  if (!(high > low)) [low, high] = widened(low);
  for (const step of steps((high - low) / most)) {
    const from = Math.floor(low / step + 1e-9) * step, to = Math.ceil(high / step - 1e-9) * step;
    const count = Math.round((to - from) / step);
    if (count <= most) return { low: from, high: to, step, ticks: Array.from({ length: count + 1 }, (_, i) => from + i * step) };
  }
  return { low, high, step: high - low, ticks: [low, high] };
}

/** The range of values, from zero where that is not a waste; per cent are whole where they fit. */
export function rangeOf(min: number, max: number, unit: string): [number, number] {
  if (unit === "%" && min >= 0 && max <= 100 && max > 8) return [0, 100];
  if (min >= 0 && (max <= 100 || max - min >= max * 0.1)) return [0, max];
  const pad = (max - min) * 0.08;
  return [min >= 0 ? Math.max(0, min - pad) : min - pad, max <= 0 ? Math.min(0, max + pad) : max + pad];
}

/** Keeps the old axis while the data fits and fills a good part of it. */
export function steady(old: Axis | null, min: number, max: number, unit: string, most = 4): Axis {
  const [low, high] = rangeOf(min, max, unit);
  const next = axisFor(low, high, most);
  if (!old || min < old.low || max > old.high) return next;
  return old.high - old.low > (next.high - next.low) * 2.1 || next.ticks.length > old.ticks.length * 2 ? next : old;
}

function widened(v: number): [number, number] {
  if (v === 0 || !Number.isFinite(v)) return [0, 1];
  return v > 0 ? [Math.min(v * 0.9, v - 1e-9), v * 1.1] : [v * 1.1, v * 0.9];
}

function* steps(least: number): Generator<number> {
  let power = 10 ** Math.floor(Math.log10(least));
  for (let i = 0; i < 6; i++, power *= 10) for (const m of [1, 2, 2.5, 5]) if (m * power >= least * 0.999) yield m * power;
}
