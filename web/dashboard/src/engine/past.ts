// The page at another time: a timeline filled from history, and its playback. What lies ahead of the shown moment waits.
// While a seek loads, the timeline before it stays on show: a drag pans over it, and nothing goes blank.
import type { Update } from "tailrace";
import type { PanelSpec } from "../messages.ts";
import type { Channel } from "./channel.ts";
import { History } from "./history.ts";
import type { Link } from "./link.ts";
import { Timeline } from "./timeline.ts";

/** How far ahead playback loads, in milliseconds of watching. */
const kAhead = 8000;
/** Windows begin a little early: rates and percentiles look back. */
export const kLead = 1.06;

interface Waiting {
  channel: Channel;
  partition: number;
  update: Update;
}

export interface PastEvents {
  changed(): void;
  /** Playback has caught up with the present. */
  arrivedAtLive(): void;
}

export class Past {
  /** What is shown. */
  timeline: Timeline;
  at = 0;
  speed = 1;
  playing = false;
  private incoming: Timeline | null = null;
  /** A drag went on while the last place was loading, or another channel came. */
  private moved = false;
  private until = 0;
  private waiting: Waiting[] = [];
  private readonly open = new Set<History>();
  private ticked = 0;
  private query = { text: "", channel: "" };

  constructor(private readonly link: Link, private readonly channels: () => Channel[], private readonly panels: () => PanelSpec[],
    private span: number, private readonly events: PastEvents) {
    this.timeline = new Timeline(false, span);
  }

  /** Ranges that are still coming. */
  get loading(): number {
    return this.open.size;
  }

  /** The shown timeline is not yet that of the moment asked for. */
  get seeking(): boolean {
    return this.incoming !== null;
  }

  /** Goes to a moment. A drag loads one place after another, never two at a time. From live, that stays on show meanwhile. */
  seek(at: number, dragging: boolean, live: Timeline | null): void {
    this.at = at;
    if (live) this.timeline = live;
    if (dragging && this.incoming) this.moved = true;
    else this.load();
    this.events.changed();
  }

  play(speed: number): void {
    this.playing = speed > 0;
    if (speed > 0) this.speed = speed;
    this.ticked = this.link.client.now();
  }

  setSpan(span: number, shown: boolean): void {
    this.span = span;
    if (shown) this.load();
  }

  search(text: string, channel: string): void {
    this.query = { text, channel };
    if (!this.timeline.keepsRows) this.timeline.feed.search(text, channel);
    this.incoming?.feed.search(text, channel);
  }

  /** A channel is followed that was not when this was read. */
  met(): void {
    const { tracks } = this.incoming ?? this.timeline;
    if (this.channels().every(({ name }) => tracks.has(name))) return;
    if (this.incoming) this.moved = true;
    else this.load();
  }

  setPanels(): void {
    if (this.incoming) return this.load();
    const fresh = this.timeline.setPanels(this.panels(), this.span);
    if (fresh.size) this.load();
  }

  /** Moves playback on; called often. */
  tick(): void {
    const now = this.link.client.now(), passed = now - this.ticked;
    this.ticked = now;
    if (!this.playing || this.incoming) return;
    const next = this.at + passed * this.speed;
    this.at = this.open.size > 0 ? Math.min(next, this.until) : next;
    if (this.at >= now - 300) return this.events.arrivedAtLive();
    this.release();
    if (this.open.size === 0 && this.until - this.at < (kAhead / 2) * this.speed && this.until < now) this.loadAhead(now);
    this.events.changed();
  }

  end(): void {
    this.stop();
    this.incoming = null;
    this.moved = false;
    this.playing = false;
    this.waiting = [];
    this.timeline = new Timeline(false, this.span);
  }

  private load(): void {
    this.stop();
    this.moved = false;
    const next = new Timeline(false, this.span), from = this.at - this.span * kLead, channels = this.channels();
    for (const channel of channels) next.track(channel).covered = from;
    next.setPanels(this.panels(), this.span);
    next.feed.search(this.query.text, this.query.channel);
    this.incoming = next;
    this.waiting = [];
    this.until = this.at;
    for (const channel of channels) this.range(channel, from, this.at, next);
    if (!channels.length) this.arrived();
  }

  private loadAhead(now: number): void {
    const from = this.until;
    this.until = Math.min(now, from + kAhead * this.speed);
    for (const channel of this.channels()) this.range(channel, from, this.until, this.timeline);
  }

  /** All of a seek is here: show it. */
  private arrived(): void {
    if (this.incoming) this.timeline = this.incoming;
    this.incoming = null;
    if (this.moved) this.load();
    this.events.changed();
  }

  /** History of one channel after `from` up to `to`. */
  private range(channel: Channel, from: number, to: number, timeline: Timeline): void {
    const history = new History(this.link, channel, {
      batch: ({ partition, updates }) => this.take(timeline, channel, partition, updates.filter(({ t }) => t > from && t <= to)),
      gap: gap => timeline.track(channel).missed(gap, from),
      sampled: sample => timeline.track(channel).sampled(sample),
      done: why => {
        if (why) timeline.track(channel).refused = { why, until: to };
        this.open.delete(history);
        if (this.open.size === 0) this.arrived();
        this.events.changed();
      },
    });
    this.open.add(history);
    void history.load(from, to, this.span);
  }

  private take(timeline: Timeline, channel: Channel, partition: number, updates: Update[]): void {
    const due = updates.filter(({ t }) => t <= this.at || timeline === this.incoming);
    if (due.length) timeline.add(channel, partition, due, this.link.client.now(), false);
    if (timeline === this.timeline) for (const update of updates) if (update.t > this.at) this.waiting.push({ channel, partition, update });
    this.events.changed();
  }

  private release(): void {
    const due = this.waiting.filter(w => w.update.t <= this.at);
    if (!due.length) return;
    this.waiting = this.waiting.filter(w => w.update.t > this.at);
    due.sort((a, b) => a.update.t - b.update.t);
    for (const { channel, partition, update } of due) this.timeline.add(channel, partition, [update], this.link.client.now(), false);
  }

  private stop(): void {
    const open = [...this.open];
    this.open.clear();
    for (const history of open) history.cancel();
  }
}
