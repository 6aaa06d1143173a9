// The theme's tokens for canvas code. Read once per theme, not per frame.

const kNames = ["sheet", "chrome", "well", "line", "line-strong", "grid", "text", "text-2", "text-3", "accent", "accent-soft", "live",
  "hold", "hold-ink", "hold-soft", "loss", "loss-ink", "loss-soft", "data-other", "font", "mono"] as const;
type Name = (typeof kNames)[number];

export const ink = {} as Record<Name, string> & { data: string[]; seq: string[] };

export function readInk(): void {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string) => style.getPropertyValue(`--${name}`).trim();
  for (const name of kNames) ink[name] = value(name);
  ink.data = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(i => value(`data-${i}`));
  ink.seq = [0, 1, 2, 3, 4, 5, 6, 7].map(i => value(`seq-${i}`));
}

/** The colour of a series: a data slot, "other", or a step of the ramp. */
export function colorOf(slot: number): string {
  if (slot < 0) return ink.seq[-slot];
  return slot > 8 ? ink["data-other"] : ink.data[slot];
}

/** A #rrggbb colour with an alpha. */
export function alpha(color: string, a: number): string {
  return color + Math.round(a * 255).toString(16).padStart(2, "0");
}
