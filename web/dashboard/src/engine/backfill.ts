// Older history for the live timeline, when the reader asks for a longer window or another field than the rows reach.
// Only as much as the window needs; where that is too much, every n-th slice of it, and the badge says so.
import type { Link } from "./link.ts";
import type { Track } from "./track.ts";

/** Records that a window may cost. */
const kBudget = 250_000;

export class Backfill {
  open = 0;
  private readonly running = new Map<string, () => void>();

  constructor(private readonly link: Link, private readonly changed: () => void) {}

  /** How many of these seconds of history can be had at once. */
  affordable(rate: number, seconds: number): number {
    return rate * seconds <= kBudget ? seconds : Math.max(2, Math.floor(kBudget / rate));
  }

  /** Fills the aggregates `ids` of a track with what lies before its rows. */
  fill(track: Track, ids: string[], from: number, now: number): void {
    const { rows } = track, reach = rows?.lapped ? rows.oldest : Math.min(track.begun, now);
    if (reach <= from + 1000) {
      track.covered = Math.min(track.covered, from);
      return;
    }
    this.running.get(track.channel.name)?.();
    track.covered = reach;
    this.range(track, ids, from, reach);
  }

  private range(track: Track, ids: string[], from: number, to: number): void {
    const firsts = track.rows?.firsts() ?? new Map<number, number>(), { name } = track.channel;
    const sub = this.link.client.range(name, { time: Math.floor(from) }, { time: Math.ceil((to + 1000) / 1000) * 1000 });
    this.open++;
    this.running.set(name, () => sub.close());
    sub.on("batch", ({ partition, updates }) => {
      const first = firsts.get(partition) ?? Infinity, now = this.link.client.now();
      for (const update of updates) if (update.o < first && update.t < to + 1000) track.backfill(partition, update, now, ids);
      this.changed();
    });
    sub.on("state", ({ new: state }) => {
      if (state !== "closed") return;
      this.open--;
      track.covered = from;
      if (this.running.get(name)) this.running.delete(name);
      this.changed();
    });
  }
}
