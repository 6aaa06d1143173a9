// All channels within one stretch of time: the live one that moves with the clock, or one of the past.
import type { Update } from "tailrace";
import type { PanelSpec } from "../messages.ts";
import type { Channel } from "./channel.ts";
import { Feed } from "./feed.ts";
import { Rows } from "./rows.ts";
import { Track } from "./track.ts";

export class Timeline {
  readonly tracks = new Map<string, Track>();
  readonly feed = new Feed();

  constructor(readonly keepsRows: boolean, public span: number) {}

  track(channel: Channel): Track {
    const known = this.tracks.get(channel.name);
    if (known) return known;
    const track = new Track(channel, this.keepsRows ? new Rows(channel.columns) : null, this.span);
    this.tracks.set(channel.name, track);
    return track;
  }

  /** Adds updates of one partition in their order; returns the time of the last. */
  add(channel: Channel, partition: number, updates: Update[], now: number, back: boolean): number {
    const track = this.track(channel);
    let t = 0;
    for (const update of updates) t = track.add(partition, update, now, back || !this.keepsRows);
    this.feed.add(channel.name, partition, updates, back);
    return t;
  }

  /** Makes the aggregates that the layout wants; returns, per channel, the ids of those that are new and empty. */
  setPanels(specs: PanelSpec[], span: number): Map<string, string[]> {
    const resized = span !== this.span;
    this.span = span;
    const fresh = new Map<string, string[]>();
    for (const [name, track] of this.tracks) {
      const made = track.setPanels(specs.filter(spec => spec.channel === name && !spec.hidden), span);
      if (made.length || resized) fresh.set(name, made.map(spec => spec.id));
    }
    return fresh;
  }
}
