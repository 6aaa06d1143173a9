// Which series of a panel a row belongs to: eight names at most, the ninth is "other". Names keep their colour.
import type { Columns, Row } from "./columns.ts";
import { kNone, kOther, type Dictionary } from "./dictionary.ts";

export const kNamed = 8;
export const kRest = kNamed;
const kRemembered = 64;

export class Grouping {
  readonly names: (string | null)[] = new Array(kNamed).fill(null);
  private readonly others = new Set<number>();
  private known = new Int8Array(4096).fill(-1);
  private terms = new Uint16Array(4096);
  private words: Dictionary | undefined;

  constructor(
    private readonly columns: Columns,
    readonly by: string,
    private readonly colors: Record<string, number>,
    preferred: string[] = [],
  ) {
    preferred.slice(0, kNamed).forEach((name, i) => (this.names[i] = name));
  }

  /** The series of a row. */
  of(row: Row): number {
    if (this.by === "") return 0;
    const id = this.idOf(row);
    const known = this.known[id];
    return known >= 0 && this.terms[id] === this.termOf(id) ? known : this.assign(id);
  }

  /** Names that are "other"; 0 where some came when the dictionary was full: how many they are nobody knows. */
  get otherCount(): number {
    return this.others.has(kOther) ? 0 : this.others.size;
  }

  /** Gives up a name that has had nothing to show for a whole window, when others wait for a place. */
  release(series: number): void {
    if (this.others.size === 0) return;
    this.names[series] = null;
    this.others.clear();
    this.known.fill(-1);
  }

  /**
   * Colour slots 1 to 8 of the names: by hash, then the first free one, in the order of the alphabet, so that they don't
   * hang on which name came first. They are kept once `settled`: until then more names may come, and come before.
   */
  paint(settled: boolean): ReadonlyMap<string, number> {
    const names = this.names.filter(name => name !== null), known = names.filter(name => this.colors[name] >= 1 && this.colors[name] <= kNamed);
    const slots = new Map(known.map(name => [name, this.colors[name]])), taken = new Set(slots.values());
    for (const name of names.filter(name => !slots.has(name)).sort()) {
      const slot = free(name, taken);
      slots.set(name, slot);
      taken.add(slot);
    }
    if (settled && known.length < slots.size) this.keep(slots);
    return slots;
  }

  /** Names that come and go for weeks are not all remembered. */
  private keep(slots: ReadonlyMap<string, number>): void {
    const all = Object.keys(this.colors);
    if (all.length > kRemembered) for (const name of all) if (!slots.has(name)) delete this.colors[name];
    for (const [name, slot] of slots) this.colors[name] = slot;
  }

  private get dictionary(): Dictionary | undefined {
    return (this.words ??= this.by === "key" ? this.columns.keys : this.columns.words[this.columns.texts.indexOf(this.by)]);
  }

  private termOf(id: number): number {
    return this.dictionary?.terms[id] ?? 0;
  }

  private idOf(row: Row): number {
    if (this.by === "key") return row.key;
    const column = this.columns.texts.indexOf(this.by);
    return column < 0 ? kNone : row.texts[column];
  }

  private assign(id: number): number {
    const name = id === kNone ? "none" : this.dictionary?.name(id) ?? "";
    const series = id === kOther ? kRest : this.place(name);
    if (series === kRest) this.others.add(id);
    else this.others.delete(id);
    this.terms[id] = this.termOf(id);
    return (this.known[id] = series);
  }

  private place(name: string): number {
    const at = this.names.indexOf(name);
    if (at >= 0) return at;
    const free = this.names.indexOf(null);
    if (free < 0) return kRest;
    this.names[free] = name;
    return free;
  }
}

function free(name: string, taken: ReadonlySet<number>): number {
  let color = (hash(name) % kNamed) + 1;
  for (let i = 0; taken.has(color) && i < kNamed; i++) color = (color % kNamed) + 1;
  return color;
}

function hash(text: string): number {
  let h = 2166136261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  return h >>> 0;
}
