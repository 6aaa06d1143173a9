// Which texts are the most frequent in the window. Counts of up to 1,024 names are exact, the rest is "other".
import type { PanelSpec } from "../messages.ts";
import type { Columns, Row } from "./columns.ts";
import { kNone, kOther, type Dictionary } from "./dictionary.ts";

const kSlots = 32;
const kNames = 1024;
const kShown = 7;

export class Tops {
  private readonly step: number;
  private readonly stamps = new Float64Array(kSlots).fill(-1);
  private readonly counts = new Map<number, Uint32Array>();
  private readonly rest = new Uint32Array(kSlots);
  private lost = new Set<number>();

  constructor(private readonly spec: PanelSpec, private readonly columns: Columns, span: number) {
    this.step = span / (kSlots - 2);
  }

  add(row: Row): boolean {
    const id = this.idOf(row), bin = Math.floor(row.t / this.step);
    if (id === kNone || bin < 0) return true;
    const slot = bin % kSlots;
    if (this.stamps[slot] > bin) return false;
    if (this.stamps[slot] < bin) this.take(slot, bin);
    (id === kOther ? this.rest : this.countsOf(id))[slot] += row.weight;
    return true;
  }

  view(at: number, span: number): { rows: { name: string; n: number }[]; others: number; rest: number; total: number; exact: boolean } {
    const slots = this.slotsIn(at, span);
    const sum = (counts: Uint32Array) => slots.reduce((n, slot) => n + counts[slot], 0);
    const all = [...this.counts].map(([id, counts]) => ({ name: this.dictionary?.name(id) ?? "", n: sum(counts) })).filter(row => row.n > 0);
    all.sort((a, b) => b.n - a.n || (a.name < b.name ? -1 : 1));
    const shown = all.slice(0, all.length === kShown + 1 ? kShown + 1 : kShown), tail = all.slice(shown.length);
    const unnamed = sum(this.rest), rest = unnamed + tail.reduce((n, row) => n + row.n, 0);
    const total = rest + shown.reduce((n, row) => n + row.n, 0);
    return { rows: shown, others: tail.length + this.lost.size, rest, total, exact: unnamed === 0 };
  }

  private slotsIn(at: number, span: number): number[] {
    const to = Math.floor(at / this.step), from = Math.floor((at - span) / this.step) + 1, slots: number[] = [];
    for (let bin = from; bin <= to; bin++) if (this.stamps[bin % kSlots] === bin) slots.push(bin % kSlots);
    return slots;
  }

  private countsOf(id: number): Uint32Array {
    const known = this.counts.get(id);
    if (known) return known;
    if (this.counts.size >= kNames) {
      if (this.lost.size < 4096) this.lost.add(id);
      return this.rest;
    }
    const fresh = new Uint32Array(kSlots);
    this.counts.set(id, fresh);
    return fresh;
  }

  private take(slot: number, bin: number): void {
    this.stamps[slot] = bin;
    this.rest[slot] = 0;
    for (const [id, counts] of this.counts) {
      counts[slot] = 0;
      if (counts.every(n => n === 0)) this.counts.delete(id);
    }
    if (this.counts.size < kNames) this.lost.clear();
  }

  private get dictionary(): Dictionary | undefined {
    return this.spec.group === "key" ? this.columns.keys : this.columns.words[this.columns.texts.indexOf(this.spec.group)];
  }

  private idOf(row: Row): number {
    if (this.spec.group === "key") return row.key;
    const column = this.columns.texts.indexOf(this.spec.group);
    return column < 0 ? kNone : row.texts[column];
  }
}
