// The scrubber's ground: how many records each slot of the lane holds, from `times`, and where the history begins. It
// follows the moment shown; what was counted before it is kept, within bounds.
import type { LaneView } from "../messages.ts";
import { kReach, reachOf } from "../reach.ts";
import type { Channel } from "./channel.ts";
import type { Link } from "./link.ts";

const kSlots = 180;
/** Slots kept per channel. */
const kKept = 1000;
const kMarks = 400;
/** A place that is dragged over is asked for when the drag rests there. */
const kRest = 400;

type Mark = LaneView["marks"][number];

export class Lane {
  /** Per channel: slot number → records in it. */
  private counts = new Map<string, Map<number, number>>();
  private span = 60_000;
  private slot = 10_000;
  private asked = 0;
  private asking = false;
  /** First slot of the lane, and since when it is that. */
  private place = { first: 0, since: 0 };
  earliest = NaN;

  constructor(private readonly link: Link, private readonly channels: () => Channel[], private readonly changed: () => void) {}

  setSpan(span: number): void {
    this.span = span;
    const slot = Math.max(1000, Math.ceil((span * kReach) / kSlots / 1000) * 1000);
    if (slot === this.slot) return;
    this.slot = slot;
    this.counts.clear();
    this.asked = 0;
  }

  /** Asks for what is missing around the moment shown; called often, asks seldom. */
  tick(now: number, at: number): void {
    const [first] = this.slots(now, at), moved = Math.abs(first - this.place.first) > 1;
    if (moved) this.place = { first, since: now };
    if (this.place.since > this.asked && now - this.place.since > kRest) this.asked = 0;
    const channels = this.channels();
    if (this.asking || now - this.asked < Math.min(this.slot, 10_000) || !channels.length) return;
    this.asking = true;
    this.asked = now;
    void Promise.allSettled(channels.map(channel => this.ask(channel, now, at))).then(() => {
      this.asking = false;
      this.earliest = Math.min(...channels.map(c => (Number.isNaN(c.earliest) ? Infinity : c.earliest)));
      this.changed();
    });
  }

  /** A channel came or went: what is known of it is asked at the next tick. */
  refresh(): void {
    this.asked = 0;
  }

  view(now: number, at: number): LaneView {
    const [first, last] = this.slots(now, at), bars = new Float64Array(last - first + 1).fill(NaN);
    for (const counts of this.counts.values()) {
      for (let i = 0; i < bars.length; i++) {
        const n = counts.get(first + i);
        if (n !== undefined) bars[i] = (bars[i] === bars[i] ? bars[i] : 0) + n;
      }
    }
    return { from: first * this.slot, slot: this.slot, bars, earliest: this.earliest, marks: this.marks() };
  }

  private slots(now: number, at: number): [first: number, last: number] {
    const { from, to } = reachOf(now, at, this.span);
    return [Math.floor(from / this.slot) + (to === now ? 1 : 0), Math.floor(to / this.slot)];
  }

  /** One question: from the first slot that is not known to the last. A slot that has only just ended is counted again. */
  private async ask(channel: Channel, now: number, at: number): Promise<void> {
    const { slot } = this, counts = this.countsOf(channel.name), settled = Math.floor(now / slot) - 1;
    let [first, last] = this.slots(now, at);
    const known = (n: number) => counts.has(n) && n < settled;
    while (known(first) && first < last) first++;
    while (known(last) && first < last) last--;
    const numbers = Array.from({ length: last - first + 2 }, (_, i) => first + i).filter(n => n * slot <= now);
    const answer = await this.link.client.times(channel.name, numbers.map(n => n * slot));
    const offsets = answer["offsets"] as (number | null)[][], earliest = answer["earliest"] as number | null;
    if (slot !== this.slot || !Array.isArray(offsets)) return;
    channel.earliest = earliest ?? NaN;
    offsets.forEach((row, i) => {
      const next = offsets[i + 1];
      if (next) counts.set(numbers[i], difference(row, next));
    });
    this.forget(counts, first);
  }

  /** The farthest from here go first. */
  private forget(counts: Map<number, number>, here: number): void {
    if (counts.size <= kKept) return;
    const far = [...counts.keys()].sort((a, b) => Math.abs(b - here) - Math.abs(a - here));
    for (const n of far.slice(0, counts.size - kKept)) counts.delete(n);
  }

  private countsOf(name: string): Map<number, number> {
    let counts = this.counts.get(name);
    if (!counts) this.counts.set(name, (counts = new Map()));
    return counts;
  }

  /** Of all that Kafka keeps: the strip shows them too. What befell several channels at once is one mark. */
  private marks(): Mark[] {
    const marks: Mark[] = [];
    for (const { outages } of this.channels()) {
      for (const o of outages.outages) marks.push({ from: o.from, to: o.to, kind: o.healed ? "recovered" : "open" });
      for (const g of outages.losses) marks.push({ from: g.from, to: g.to, kind: "gap" });
    }
    const kept = Number.isFinite(this.earliest) ? marks.filter(mark => mark.to > this.earliest) : marks;
    return together(kept).slice(-kMarks);
  }
}

function together(marks: Mark[]): Mark[] {
  const list: Mark[] = [], last = new Map<Mark["kind"], Mark>();
  for (const mark of marks.sort((a, b) => a.from - b.from)) {
    const before = last.get(mark.kind);
    if (before && mark.from <= before.to) before.to = Math.max(before.to, mark.to);
    else last.set(mark.kind, list[list.push(mark) - 1]);
  }
  return list;
}

function difference(a: (number | null)[], b: (number | null)[]): number {
  let n = 0;
  for (let p = 0; p < b.length; p++) n += Math.max(0, (b[p] ?? 0) - (a[p] ?? b[p] ?? 0));
  return n;
}
