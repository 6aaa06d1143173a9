// Kafka is back, and the subscription never left: what it kept meanwhile is still to come. It is all here once the
// subscription stands where Kafka ended when it came back.
import type { Client, Recovered, Subscription } from "tailrace";

/** The bridge waits 10 s for Kafka's answer, and may be asked again. */
const kPatience = 30_000;

export class Comeback {
  private goal: (number | null)[] | null = null;
  private since = 0;
  private readonly before: Record<number, number>;
  private readonly had: { updates: number; lost: number };

  /** The outage began at `from`. */
  constructor(private readonly sub: Subscription, private readonly from: number) {
    this.before = { ...sub.offsets };
    this.had = { ...sub.stats };
  }

  /** Asks where each partition ends: at a time to come there is nothing yet. Null where nobody waits for the answer any more. */
  async ask(client: Client, now: number): Promise<(number | null)[] | null> {
    this.since = now;
    const answer = await client.times(this.sub.channel, [Math.ceil(now) + 1000]).catch(() => null);
    if (this.since !== now) return null;
    return (this.goal = answer?.offsets[0] ?? []);
  }

  /** Who gets no answer for long goes by what the bridge says of its channels. */
  expect(ends: readonly number[], now: number): void {
    if (this.since > 0 && now - this.since > kPatience) this.goal ??= ends.slice();
  }

  /** Kafka is gone again: where it ends nobody knows. */
  stop(): void {
    this.since = 0;
    this.goal = null;
  }

  /** Offsets that are to come. */
  get missed(): number {
    return this.ranges(p => this.goal?.[p]).reduce((n, { from, next }) => n + next - from, 0);
  }

  get isWhole(): boolean {
    const { offsets } = this.sub;
    return this.goal?.every((end, p) => end === null || (offsets[p] ?? end) >= end) ?? false;
  }

  /** What came, as of any outage. */
  recovered(now: number): Recovered {
    const { stats, offsets } = this.sub;
    return {
      updates: stats.updates - this.had.updates, lost: stats.lost - this.had.lost, ranges: this.ranges(p => offsets[p]),
      outage: this.since - this.from, replay: now - this.since,
    };
  }

  private ranges(endOf: (partition: number) => number | null | undefined): Recovered["ranges"] {
    const places = Object.entries(this.before).map(([p, from]) => ({ partition: Number(p), from, next: endOf(Number(p)) ?? from }));
    return places.filter(({ from, next }) => next > from);
  }
}
