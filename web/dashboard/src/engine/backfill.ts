// Older history for the live timeline, when the reader asks for a longer window or another field than the rows reach.
import { History, kBudget } from "./history.ts";
import type { Link } from "./link.ts";
import type { Readers, Track } from "./track.ts";

interface Reading extends Readers {
  track: Track;
  history: History;
}

export class Backfill {
  private readonly running = new Set<Reading>();

  constructor(private readonly link: Link, private readonly changed: () => void) {}

  get open(): number {
    return this.running.size;
  }

  /** How many of these seconds of history a subscription should begin with. */
  affordable(rate: number, seconds: number): number {
    return rate * seconds <= kBudget ? seconds : Math.max(2, Math.floor(kBudget / rate));
  }

  /** Fills the aggregates `ids` of a track with what lies before its rows; the pace too, where that is new or not whole. */
  fill(track: Track, ids: string[], from: number, now: number, span: number, pace: boolean): void {
    const { rows } = track, reach = rows?.lapped ? rows.oldest : Math.min(track.begun, now), short = reach > from + 1000;
    this.leave(track, ids, pace);
    pace ||= track.covered > from + 1000 && ![...this.running].some(reading => reading.track === track && reading.pace);
    const readers = { ids: new Set(ids), pace, every: 1 };
    for (const extent of track.extentsOf(readers)) extent.reset(short ? reach : from);
    if (!short) return;
    track.kept = Math.min(track.channel.earliest, reach);
    this.read(track, readers, from, reach, span);
  }

  /** What begins anew is no longer waited for by what is being read already; others still are. */
  private leave(track: Track, ids: string[], pace: boolean): void {
    for (const reading of this.running) {
      if (reading.track !== track) continue;
      for (const id of ids) reading.ids.delete(id);
      reading.pace &&= !pace;
      this.release(reading);
    }
  }

  /** Panels that are gone wait no longer, nor do channels that are followed no more. */
  prune(tracks: ReadonlyMap<string, Track>): void {
    for (const reading of this.running) {
      const { track, ids } = reading, followed = tracks.get(track.channel.name) === track;
      for (const id of ids) if (!followed || !track.aggregators.has(id)) ids.delete(id);
      reading.pace &&= followed;
      this.release(reading);
    }
  }

  private release(reading: Reading): void {
    if (reading.ids.size || reading.pace) return;
    reading.history.cancel();
    this.running.delete(reading);
  }

  private read(track: Track, readers: Readers, from: number, to: number, span: number): void {
    const firsts = track.rows?.lapped ? track.rows.firsts() : track.starts, { link } = this;
    const history = new History(link, track.channel, {
      batch: ({ partition, updates }) => {
        const first = firsts.get(partition) ?? NaN, now = link.client.now(); // NaN where nobody knows
        for (const update of updates) if (!(update.o >= first) && update.t < to + 1000) track.backfill(partition, update, now, reading);
        this.changed();
      },
      gap: gap => track.missed(gap, from),
      sampled: sample => {
        reading.every = sample.every;
        for (const extent of track.extentsOf(reading)) extent.sampled(sample);
      },
      done: why => {
        for (const extent of track.extentsOf(reading)) {
          if (why) extent.refused = { why, until: to };
          else extent.covered = from;
        }
        this.running.delete(reading);
        this.changed();
      },
    });
    const reading: Reading = { ...readers, track, history };
    this.running.add(reading);
    void history.load(from, to, span);
  }
}
