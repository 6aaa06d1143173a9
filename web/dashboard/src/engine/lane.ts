// The scrubber's ground: how many records each slot of the lane holds, from `times`, and where the history begins.
import type { LaneView } from "../messages.ts";
import type { Channel } from "./channel.ts";
import type { Link } from "./link.ts";

const kWindows = 30;
const kSlots = 180;
const kKept = 400;

export class Lane {
  /** Per channel: slot number → records in it. */
  private counts = new Map<string, Map<number, number>>();
  private slot = 10_000;
  private asked = 0;
  private asking = false;
  earliest = NaN;

  constructor(private readonly link: Link, private readonly channels: () => Channel[], private readonly changed: () => void) {}

  get range(): number {
    return this.slot * kSlots;
  }

  setSpan(span: number): void {
    const slot = Math.max(1000, Math.ceil((span * kWindows) / kSlots / 1000) * 1000);
    if (slot === this.slot) return;
    this.slot = slot;
    this.counts.clear();
    this.asked = 0;
  }

  /** Asks for what is missing; called often, asks seldom. */
  tick(now: number): void {
    if (this.asking || now - this.asked < Math.min(this.slot, 10_000)) return;
    const channels = this.channels();
    if (!channels.length) return;
    this.asking = true;
    this.asked = now;
    void Promise.allSettled(channels.map(channel => this.ask(channel, now))).then(() => {
      this.asking = false;
      this.earliest = Math.min(...channels.map(c => (Number.isNaN(c.earliest) ? Infinity : c.earliest)));
      this.changed();
    });
  }

  /** A channel came or went: what is known of it is asked at the next tick. */
  refresh(): void {
    this.asked = 0;
  }

  view(now: number): LaneView {
    const last = Math.floor(now / this.slot), from = last - kSlots + 1;
    const bars = new Float64Array(kSlots).fill(NaN);
    for (const counts of this.counts.values()) {
      for (let i = 0; i < kSlots; i++) {
        const n = counts.get(from + i);
        if (n !== undefined) bars[i] = (bars[i] === bars[i] ? bars[i] : 0) + n;
      }
    }
    return { from: from * this.slot, slot: this.slot, bars, earliest: this.earliest, marks: this.marks(from * this.slot) };
  }

  private async ask(channel: Channel, now: number): Promise<void> {
    const { slot } = this, counts = this.countsOf(channel.name);
    const last = Math.floor(now / slot);
    let first = last - kSlots + 1;
    while (counts.has(first) && first < last - 1) first++;
    const numbers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const answer = await this.link.client.times(channel.name, numbers.map(n => n * slot));
    const offsets = answer["offsets"] as (number | null)[][], earliest = answer["earliest"] as number | null;
    if (slot !== this.slot || !Array.isArray(offsets)) return;
    channel.earliest = earliest ?? NaN;
    offsets.forEach((row, i) => {
      const next = offsets[i + 1];
      if (next) counts.set(numbers[i], difference(row, next));
    });
    for (const n of counts.keys()) if (n < last - kKept) counts.delete(n);
  }

  private countsOf(name: string): Map<number, number> {
    let counts = this.counts.get(name);
    if (!counts) this.counts.set(name, (counts = new Map()));
    return counts;
  }

  private marks(from: number): LaneView["marks"] {
    const marks: LaneView["marks"] = [];
    for (const { outages } of this.channels()) {
      for (const o of outages.outages) if (o.to > from) marks.push({ from: o.from, to: o.to, kind: o.healed ? "recovered" : "open" });
      for (const g of outages.losses) if (g.to > from) marks.push({ from: g.from, to: g.to, kind: "gap" });
    }
    return marks;
  }
}

function difference(a: (number | null)[], b: (number | null)[]): number {
  let n = 0;
  for (let p = 0; p < b.length; p++) n += Math.max(0, (b[p] ?? 0) - (a[p] ?? b[p] ?? 0));
  return n;
}
