// The newest rows of one channel in typed arrays, oldest overwritten first: what panels are made from again when the
// reader changes a field or a window. Grows to its budget and stays there.
import type { Columns, Row } from "./columns.ts";
import { kNumbers, kTexts } from "./columns.ts";

const kBudget = 6 << 20;
const kFirst = 1024;

export class Rows {
  private capacity = kFirst;
  private most: number;
  private written = 0;
  private t = new Float64Array(kFirst);
  private offset = new Float64Array(kFirst);
  private partition = new Int32Array(kFirst);
  private key = new Uint16Array(kFirst);
  private numbers: Float64Array[] = [];
  private texts: Uint16Array[] = [];

  constructor(private readonly columns: Columns, budget = kBudget) {
    this.most = Math.max(kFirst, Math.floor(budget / 100));
  }

  get size(): number {
    return Math.min(this.written, this.capacity);
  }

  push(row: Row): void {
    if (this.written >= this.capacity && this.capacity < this.most) this.grow();
    const at = this.written++ % this.capacity;
    this.t[at] = row.t;
    this.offset[at] = row.offset;
    this.partition[at] = row.partition;
    this.key[at] = row.key;
    this.columnsFor();
    for (let i = 0; i < this.numbers.length; i++) this.numbers[i][at] = row.numbers[i];
    for (let i = 0; i < this.texts.length; i++) this.texts[i][at] = row.texts[i];
  }

  /** Calls `each` with every row whose time lies in [from, to], oldest arrival first. The row is lent. */
  scan(from: number, to: number, row: Row, each: (row: Row) => void): void {
    row.numbers.fill(NaN);
    row.texts.fill(0);
    for (let i = this.written - this.size; i < this.written; i++) {
      const at = i % this.capacity;
      if (this.t[at] < from || this.t[at] > to) continue;
      this.read(at, row);
      each(row);
    }
  }

  /** The first offset held of each partition: what lies before it is not here any more. */
  firsts(): Map<number, number> {
    const firsts = new Map<number, number>();
    for (let i = this.written - this.size; i < this.written; i++) {
      const at = i % this.capacity, known = firsts.get(this.partition[at]);
      if (known === undefined || this.offset[at] < known) firsts.set(this.partition[at], this.offset[at]);
    }
    return firsts;
  }

  /** True once rows were overwritten. */
  get lapped(): boolean {
    return this.written > this.capacity;
  }

  /** The time of the oldest row held. */
  get oldest(): number {
    if (this.written === 0) return Infinity;
    return this.t[(this.written - this.size) % this.capacity];
  }

  private read(at: number, row: Row): void {
    row.t = this.t[at];
    row.offset = this.offset[at];
    row.partition = this.partition[at];
    row.key = this.key[at];
    for (let i = 0; i < this.numbers.length; i++) row.numbers[i] = this.numbers[i][at];
    for (let i = 0; i < this.texts.length; i++) row.texts[i] = this.texts[i][at];
  }

  private columnsFor(): void {
    const { numbers, texts } = this.columns;
    while (this.numbers.length < Math.min(numbers.length, kNumbers)) {
      this.numbers.push(new Float64Array(this.capacity).fill(NaN));
      this.most = this.limit();
    }
    while (this.texts.length < Math.min(texts.length, kTexts)) {
      this.texts.push(new Uint16Array(this.capacity));
      this.most = this.limit();
    }
  }

  private limit(): number {
    const bytes = 22 + 8 * this.numbers.length + 2 * this.texts.length;
    return Math.max(this.capacity, Math.floor(kBudget / bytes));
  }

  /** Only called before the ring wrapped, so rows lie in order. */
  private grow(): void {
    const to = Math.min(this.capacity * 2, this.most);
    const copy = <T extends Float64Array | Uint16Array | Int32Array>(old: T, fresh: T): T => (fresh.set(old), fresh);
    this.t = copy(this.t, new Float64Array(to));
    this.offset = copy(this.offset, new Float64Array(to));
    this.partition = copy(this.partition, new Int32Array(to));
    this.key = copy(this.key, new Uint16Array(to));
    this.numbers = this.numbers.map(old => copy(old, new Float64Array(to).fill(NaN)));
    this.texts = this.texts.map(old => copy(old, new Uint16Array(to)));
    this.capacity = to;
  }
}
