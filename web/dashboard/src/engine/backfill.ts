// Older history for the live timeline, when the reader asks for a longer window or another field than the rows reach.
import { History, kBudget } from "./history.ts";
import type { Link } from "./link.ts";
import type { Track } from "./track.ts";

export class Backfill {
  private readonly running = new Map<Track, History>();

  constructor(private readonly link: Link, private readonly changed: () => void) {}

  get open(): number {
    return this.running.size;
  }

  /** How many of these seconds of history a subscription should begin with. */
  affordable(rate: number, seconds: number): number {
    return rate * seconds <= kBudget ? seconds : Math.max(2, Math.floor(kBudget / rate));
  }

  /** Fills the aggregates `ids` of a track with what lies before its rows. */
  fill(track: Track, ids: string[], from: number, now: number, span: number): void {
    const { rows } = track, reach = rows?.lapped ? rows.oldest : Math.min(track.begun, now);
    track.sampled = track.refused = null;
    if (reach <= from + 1000) {
      track.covered = Math.min(track.covered, from);
      return;
    }
    this.running.get(track)?.cancel();
    track.covered = reach;
    track.kept = Math.min(track.channel.earliest, reach);
    this.read(track, ids, from, reach, span);
  }

  private read(track: Track, ids: string[], from: number, to: number, span: number): void {
    const firsts = track.rows?.firsts() ?? new Map<number, number>(), { link } = this;
    const history = new History(link, track.channel, {
      batch: ({ partition, updates }) => {
        const first = firsts.get(partition) ?? Infinity, now = link.client.now();
        for (const update of updates) if (update.o < first && update.t < to + 1000) track.backfill(partition, update, now, ids);
        this.changed();
      },
      gap: gap => track.missed(gap, from),
      sampled: sample => (track.sampled = sample),
      done: why => {
        if (why) track.refused = { why, until: to };
        else track.covered = from;
        if (this.running.get(track) === history) this.running.delete(track);
        this.changed();
      },
    });
    this.running.set(track, history);
    void history.load(from, to, span);
  }
}
