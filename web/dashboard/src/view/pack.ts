// Where panels stand: rows of twelve columns without holes. Pure.
import type { PanelSpec } from "../messages.ts";

const kColumns = 12;
/** Of a row, with the line under it: as it is best, and at least; of what is worth seeing of the next: title, legend, half a chart. */
const kRow = 213;
const kLeast = 190;
const kGlimpse = 110;
/** Key figures in a row. */
export const kFigures = 5;

/** The column span of every panel, in order: each row is filled. Panels that nobody sized may share a row evenly. */
export function pack(panels: Pick<PanelSpec, "width" | "auto">[]): number[] {
  const spans: number[] = [];
  let row: { wide: number; soft: boolean }[] = [];
  const used = () => row.reduce((sum, { wide }) => sum + wide, 0);
  const close = () => {
    spans.push(...stretched(row.map(({ wide }) => wide), kColumns - used()));
    row = [];
  };
  for (const { width, auto } of panels) {
    const next = { wide: Math.max(3, Math.min(kColumns, width)), soft: auto === true };
    if (row.length === 1 && row[0].soft && next.soft && row[0].wide + next.wide > kColumns && next.wide < kColumns) row[0].wide = next.wide = kColumns / 2;
    if (used() + next.wide > kColumns) close();
    row.push(next);
  }
  close();
  return spans;
}

/** How tall rows are in this room: they fill it, or show half of the next one, but never its title alone. */
export function tall(room: number): number {
  const rows = Math.floor(room / kRow), left = room - rows * kRow;
  if (room >= (rows + 1) * kLeast) return Math.floor(room / (rows + 1)) - 1;
  return rows < 1 || left >= kGlimpse ? kRow - 1 : Math.floor(room / rows) - 1;
}

/** Shares the columns that are left among the panels of a row, the widest first. */
function stretched(row: number[], left: number): number[] {
  const out = [...row];
  if (!out.length) return out;
  for (let i = 0; left > 0; i = (i + 1) % out.length, left--) out[i]++;
  return out;
}

/** A first order for panels that made themselves: lines beside distributions, tables below, words last. */
export function arrange(specs: PanelSpec[]): PanelSpec[] {
  const stats = figures(interleaved(specs.filter(s => s.kind === "stat")), kFigures);
  const leads = specs.filter((s, i) => s.kind === "time" && s.width >= 8 && specs.findIndex(t => t.channel === s.channel && t.kind === "time") === i);
  const charts = specs.filter(s => s.kind === "histogram"), rest = specs.filter(s => s.kind === "time" && !leads.includes(s));
  const lasts = specs.filter(s => s.kind === "last"), tops = specs.filter(s => s.kind === "top"), notes = specs.filter(s => s.kind === "note");
  const firsts = rest.filter(s => s.aggregate === "rate" || s.aggregate === "spread"), others = rest.filter(s => !firsts.includes(s));
  return [...stats, ...zip(leads, charts), ...firsts, ...zip(lasts, tops), ...others, ...notes].map((s, i, all) => ({ ...s, width: widthIn(s, all[i + 1]) }));
}

/** Of key figures that made themselves, as many as there is room for are shown; a channel's menu has the others. */
export function figures(stats: PanelSpec[], room: number): PanelSpec[] {
  return stats.map((spec, i) => ({ ...spec, hidden: i >= room }));
}

/** Beside nothing that would share its row, a leading chart is half as wide. */
function widthIn(spec: PanelSpec, next: PanelSpec | undefined): number {
  return spec.width === 8 && next && next.width > 4 ? (next.width >= 8 ? 6 : 12 - next.width) : spec.width;
}

function zip<T>(a: T[], b: T[]): T[] {
  const out: T[] = [];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i]) out.push(a[i]);
    if (b[i]) out.push(b[i]);
  }
  return out;
}

/** Figures of all channels in turn, so that no channel takes the whole row. */
function interleaved(stats: PanelSpec[]): PanelSpec[] {
  const byChannel = new Map<string, PanelSpec[]>();
  for (const s of stats) byChannel.set(s.channel, [...(byChannel.get(s.channel) ?? []), s]);
  const lists = [...byChannel.values()].sort((a, b) => Number(b.some(s => s.aggregate === "rate")) - Number(a.some(s => s.aggregate === "rate")));
  const most = Math.max(0, ...lists.map(list => list.length)), out: PanelSpec[] = [];
  if (lists.length <= 2) return lists.flat();
  for (let i = 0; i < most; i++) for (const list of lists) if (list[i]) out.push(list[i]);
  return out;
}
