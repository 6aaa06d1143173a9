// The last value of every key: a bounded table of the numeric fields a person would look at.
import type { Row } from "./columns.ts";
import { kNone } from "./dictionary.ts";
import type { PanelSpec } from "../messages.ts";
import type { Profile } from "./profile.ts";

const kFields = 5;
const kKept = 256;
const kShown = 100;

interface Entry {
  key: string;
  t: number;
  offset: number;
  partition: number;
  values: number[];
}

export class LastTable {
  /** By name: numbers are given back. */
  private readonly entries = new Map<string | null, Entry>();
  private dropped = 0;

  constructor(private readonly spec: PanelSpec, private readonly profile: Profile) {}

  add(row: Row): boolean {
    const { keys, numbers } = this.profile.columns, name = row.key === kNone ? null : keys.name(row.key);
    const entry = this.entries.get(name) ?? this.open(name, row);
    if (row.t < entry.t) return true;
    entry.t = row.t;
    for (let i = 0; i < numbers.length; i++) if (row.numbers[i] === row.numbers[i]) entry.values[i] = row.numbers[i];
    return true;
  }

  view(from: number): { fields: number[]; rows: { key: string; t: number; values: number[] }[]; more: number } {
    for (const [name, entry] of this.entries) if (entry.t < from) this.entries.delete(name);
    const rows = [...this.entries.values()].sort(byKey);
    const fields = this.fields();
    const shown = rows.slice(0, kShown).map(({ key, t, values }) => ({ key, t, values: fields.map(f => values[f] ?? NaN) }));
    return { fields, rows: shown, more: rows.length - shown.length + this.dropped };
  }

  /** The chosen field first, then those that most keys have, in order of appearance; when a record was made, its age says. */
  private fields(): number[] {
    const { profile } = this, { numbers } = profile.columns, chosen = numbers.indexOf(this.spec.field), having = new Uint32Array(numbers.length);
    for (const { values } of this.entries.values()) for (let i = 0; i < having.length; i++) if (values[i] !== undefined) having[i]++;
    const common = [...having.keys()].filter(i => i !== chosen && !profile.dated(i) && having[i] * 2 >= this.entries.size);
    return [...(chosen < 0 ? [] : [chosen]), ...common].slice(0, kFields);
  }

  private open(name: string | null, row: Row): Entry {
    if (this.entries.size >= kKept) this.dropOldest();
    const entry: Entry = { key: name ?? "no key", t: -Infinity, offset: row.offset, partition: row.partition, values: [] };
    this.entries.set(name, entry);
    return entry;
  }

  private dropOldest(): void {
    let oldest: string | null = null, t = Infinity;
    for (const [name, entry] of this.entries) if (entry.t < t) [oldest, t] = [name, entry.t];
    this.entries.delete(oldest);
    this.dropped = Math.max(1, this.profile.columns.keys.size - kKept);
  }
}

const collator = new Intl.Collator("en", { numeric: true });
function byKey(a: Entry, b: Entry): number {
  return collator.compare(a.key, b.key);
}
