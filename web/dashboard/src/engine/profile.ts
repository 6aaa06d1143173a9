// What a channel's data looks like, from a sample of it: the ground on which panels are chosen.
import type { Columns, Row } from "./columns.ts";
import { kNumbers, kTexts } from "./columns.ts";
import { kNone } from "./dictionary.ts";

const kAll = 2000;
const kEvery = 16;

export class Profile {
  /** Fields that somebody configured to come first. */
  wanted: string[] = [];
  records = 0;
  texts = 0;
  binaries = 0;
  deletes = 0;
  keyed = 0;
  sampled = 0;
  readonly seen = new Uint32Array(kNumbers);
  readonly low = new Float64Array(kNumbers).fill(Infinity);
  readonly high = new Float64Array(kNumbers).fill(-Infinity);
  readonly broken = new Uint8Array(kNumbers);
  readonly worded = new Uint32Array(kTexts);

  constructor(readonly columns: Columns) {}

  /** True when this record was worth a closer look: the caller may want to infer again. */
  add(row: Row): void {
    this.records++;
    if (this.records > kAll && this.records % kEvery) return;
    this.sampled++;
    if (row.key !== kNone) this.keyed++;
    const numbers = Math.min(kNumbers, this.columns.numbers.length), texts = Math.min(kTexts, this.columns.texts.length);
    for (let i = 0; i < numbers; i++) this.number(i, row.numbers[i]);
    for (let i = 0; i < texts; i++) if (row.texts[i]) this.worded[i]++;
  }

  /** All values so far were whole numbers. */
  whole(field: string): boolean {
    const at = this.columns.numbers.indexOf(field);
    return at >= 0 && this.broken[at] === 0;
  }

  /** Column `i` holds moments, in milliseconds or finer, not a measure. */
  dated(i: number): boolean {
    return this.seen[i] > 0 && this.broken[i] === 0 && this.low[i] > 1e11;
  }

  /** Every record is about something of its own, so its key is no series. */
  get eventful(): boolean {
    const keys = this.columns.keys;
    if (this.keyed < this.sampled / 2) return this.columns.words.length > 0;
    return keys.overflown || (keys.size > 24 && keys.size > this.records / 6);
  }

  /** What the keys name: "host" when they are host-1, host-2 …; else "key". */
  get noun(): string {
    const names = this.columns.keys.top(12);
    const stems = names.map(name => /^([a-z][a-z_ ]{1,14}?)[-_. :#]?\d+$/i.exec(name)?.[1]?.toLowerCase());
    const first = stems[0]?.replace(/[-_ ]+$/, "");
    return first && stems.filter(stem => stem?.replace(/[-_ ]+$/, "") === first).length > names.length * 0.6 ? first : "key";
  }

  private number(i: number, value: number): void {
    if (value !== value) return;
    this.seen[i]++;
    if (value < this.low[i]) this.low[i] = value;
    if (value > this.high[i]) this.high[i] = value;
    if (!Number.isInteger(value)) this.broken[i] = 1;
  }
}
