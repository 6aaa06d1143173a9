// Texts as small numbers, so that rows hold no strings. Number 0 is "none", 1 is "other": what came when it was full.
// A name unused for longer than any window gives its number back, so a wallboard can run for weeks.
import { beginning } from "../words.ts";

export const kNone = 0;
export const kOther = 1;
export const kLongest = 120;
const kForget = 70 * 60_000;

export class Dictionary {
  readonly names: string[] = ["", "other"];
  readonly counts: number[] = [0, 0];
  /** Some were longer than what is kept of them. */
  cut = false;
  /** How often a number was given back: what is held by number is of another text then. */
  readonly terms: Uint16Array;
  private seen: number[] = [0, 0];
  private ids = new Map<string, number>();
  private spare: number[] = [];
  private swept = 0;

  constructor(private readonly capacity = 4096) {
    this.terms = new Uint16Array(capacity);
  }

  /** The number of a text, which is counted, by its beginning where it is long; `now` is any clock in milliseconds. */
  id(whole: string, now: number): number {
    const text = whole.length > kLongest ? beginning(whole, kLongest - 1) + "…" : whole, known = this.ids.get(text);
    this.cut ||= text.length !== whole.length;
    if (known === undefined) return this.learn(text, now);
    this.counts[known]++;
    this.seen[known] = now;
    return known;
  }

  /** Distinct texts known, "other" not counted. */
  get size(): number {
    return this.ids.size;
  }

  get overflown(): boolean {
    return this.counts[kOther] > 0;
  }

  name(id: number): string {
    return this.names[id] ?? "";
  }

  /** The most frequent names, most frequent first. */
  top(n: number): string[] {
    const order = [...this.ids.values()];
    order.sort((a, b) => this.counts[b] - this.counts[a] || (this.names[a] < this.names[b] ? -1 : 1));
    return order.slice(0, n).map(id => this.names[id]);
  }

  private learn(text: string, now: number): number {
    const id = this.vacancy(now);
    if (id === kOther) {
      this.counts[kOther]++;
      return kOther;
    }
    this.names[id] = text;
    this.counts[id] = 1;
    this.seen[id] = now;
    this.ids.set(text, id);
    return id;
  }

  private vacancy(now: number): number {
    if (this.names.length < this.capacity) return this.names.length;
    if (!this.spare.length && now - this.swept > 60_000) this.sweep(now);
    return this.spare.pop() ?? kOther;
  }

  private sweep(now: number): void {
    this.swept = now;
    for (const [text, id] of this.ids) {
      if (now - this.seen[id] < kForget) continue;
      this.ids.delete(text);
      this.terms[id]++;
      this.spare.push(id);
    }
  }
}
