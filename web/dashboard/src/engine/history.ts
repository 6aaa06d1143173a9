// History of one channel between two times, into whoever wants it: all of it, or, where that is too much for a window,
// every n-th slice of it. Slices are whole and evenly spread, so what is drawn of them is exact and said to be a sample.
import type { Batch, Gap, Subscription } from "tailrace";
import type { Channel } from "./channel.ts";
import type { Sample } from "./extent.ts";
import type { Link } from "./link.ts";

/** Records that one window of one channel may cost. */
export const kBudget = 250_000;

export interface Reader {
  batch(batch: Batch): void;
  gap?(gap: Gap): void;
  /** Told before the first batch, when only a sample comes. */
  sampled(sample: Sample): void;
  /** All has come; or no more will, and this is why. */
  done(refused: string): void;
}

export class History {
  private current: Subscription | null = null;
  private cancelled = false;
  private refused = "";

  constructor(private readonly link: Link, private readonly channel: Channel, private readonly reader: Reader) {}

  /** `span` is the window that it is for: slices are cut to fit its bins. */
  async load(from: number, to: number, span: number): Promise<void> {
    const every = await this.sampling(from, to);
    if (this.cancelled) return;
    if (every === 1) return this.next([[from, to]]);
    const unit = sliceOf(span);
    this.reader.sampled({ every, unit, from, until: to });
    this.next(slices(from, to, unit, every));
  }

  cancel(): void {
    this.cancelled = true;
    this.current?.close();
  }

  private next(rest: [number, number][]): void {
    const slice = this.refused ? undefined : rest.shift();
    if (this.cancelled) return;
    if (slice) this.range(slice[0], slice[1], () => this.next(rest));
    else this.reader.done(this.refused);
  }

  /** Times select whole seconds: what lies outside is left to the reader. Nobody waits for what may be granted later. */
  private range(from: number, to: number, done: () => void): void {
    const sub = this.link.client.range(this.channel.name, { time: Math.floor(from) }, { time: Math.ceil(to / 1000) * 1000 });
    this.current = sub;
    sub.on("batch", batch => this.cancelled || this.reader.batch(batch));
    sub.on("gap", gap => this.cancelled || this.reader.gap?.(gap));
    sub.on("error", error => {
      this.refused ||= error.code;
      sub.close();
    });
    sub.on("state", ({ new: state, reason }) => {
      if (state !== "closed" || this.cancelled) return;
      if (reason !== "ended") this.refused ||= reason;
      done();
    });
  }

  /** One of how many slices is affordable. The rate is a guess; where it is a tight one, the bridge is asked. */
  private async sampling(from: number, to: number): Promise<number> {
    const guess = (this.channel.rate * (to - from)) / 1000;
    if (guess < kBudget / 4) return 1;
    const count = await this.count(from, to).catch(() => guess);
    return count <= kBudget ? 1 : 2 ** Math.ceil(Math.log2(count / kBudget));
  }

  private async count(from: number, to: number): Promise<number> {
    const { offsets } = await this.link.client.times(this.channel.name, [Math.floor(from), Math.floor(to)]);
    const [a, b] = offsets as (number | null)[][];
    return b.reduce((sum: number, next, p) => sum + Math.max(0, (next ?? 0) - (a[p] ?? next ?? 0)), 0);
  }
}

/** A slice is as many bins as make whole seconds. */
export function sliceOf(span: number): number {
  const bin = span / 240;
  for (const seconds of [1, 5, 15, 30]) if ((seconds * 1000) % bin === 0) return seconds * 1000;
  return Math.ceil(bin / 1000) * 1000;
}

export function slices(from: number, to: number, unit: number, every: number): [number, number][] {
  const list: [number, number][] = [];
  for (let n = Math.ceil(Math.floor(from / unit) / every) * every; n * unit < to; n += every) list.push([n * unit, Math.min(to, (n + 1) * unit)]);
  return list;
}
