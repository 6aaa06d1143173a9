// The page at another time: a timeline filled from history, and its playback. What lies ahead of the shown moment waits.
import type { Subscription, Update } from "tailrace";
import type { PanelSpec } from "../messages.ts";
import type { Channel } from "./channel.ts";
import type { Link } from "./link.ts";
import { Timeline } from "./timeline.ts";

/** Wait this long after the last move of a drag before asking the bridge. */
const kRest = 140;
/** How far ahead playback loads, in seconds of watching. */
const kAhead = 8;

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
  timeline: Timeline;
  at = 0;
  speed = 1;
  playing = false;
  /** Channels whose history is still coming. */
  loading = 0;
  private until = 0;
  private waiting: Waiting[] = [];
  private open = new Set<Subscription>();
  private resting: ReturnType<typeof setTimeout> | undefined;
  private ticked = 0;
  private query = { text: "", channel: "" };
  private preview: Timeline | null = null;

  constructor(private readonly link: Link, private readonly channels: () => Channel[], private readonly panels: () => PanelSpec[],
    private span: number, private readonly events: PastEvents) {
    this.timeline = new Timeline(false, span);
  }

  /** What to show now: the history, or while dragging a rendition from the live rows. */
  get shown(): Timeline {
    return this.preview ?? this.timeline;
  }

  /** Goes to a moment. While dragging, the live timeline's rows stand in where they reach. */
  seek(at: number, dragging: boolean, live: Timeline): void {
    this.at = at;
    this.stop();
    clearTimeout(this.resting);
    if (dragging) {
      this.preview = this.fromRows(live);
      this.resting = setTimeout(() => this.load(), kRest);
    } else this.load();
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
    this.timeline.feed.search(text, channel);
  }

  setPanels(): void {
    const fresh = this.timeline.setPanels(this.panels(), this.span);
    if (fresh.size) this.load();
  }

  /** Moves playback on; called often. */
  tick(): void {
    const now = this.link.client.now(), passed = now - this.ticked;
    this.ticked = now;
    if (!this.playing || this.preview) return;
    const starved = this.at >= this.until - 50 && this.loading > 0;
    if (starved) return;
    this.at += passed * this.speed;
    if (this.at >= now - 300) return this.events.arrivedAtLive();
    this.release();
    if (this.loading === 0 && this.until - this.at < (kAhead / 2) * 1000 * this.speed && this.until < now) this.loadMore(now);
    this.events.changed();
  }

  end(): void {
    this.stop();
    clearTimeout(this.resting);
    this.preview = null;
    this.playing = false;
  }

  private load(): void {
    this.stop();
    clearTimeout(this.resting);
    const now = this.link.client.now(), from = this.at - this.span;
    const next = new Timeline(false, this.span);
    this.until = Math.min(now, this.at + kAhead * 1000 * this.speed);
    for (const channel of this.channels()) next.track(channel).covered = -Infinity;
    next.setPanels(this.panels(), this.span);
    this.waiting = [];
    this.timeline = next;
    next.feed.search(this.query.text, this.query.channel);
    for (const channel of this.channels()) this.range(channel, from, this.until, next);
  }

  private loadMore(now: number): void {
    const from = this.until;
    this.until = Math.min(now, from + kAhead * 1000 * this.speed);
    for (const channel of this.channels()) this.range(channel, from, this.until, this.timeline);
  }

  /** History of one channel into `timeline`, on a socket of its own. Times select whole seconds: what is outside is left. */
  private range(channel: Channel, from: number, to: number, timeline: Timeline): void {
    this.loading++;
    const sub = this.link.client.range(channel.name, { time: Math.floor(from) }, { time: Math.ceil(to / 1000) * 1000 });
    this.open.add(sub);
    sub.on("batch", ({ partition, updates }) => {
      if (timeline === this.timeline) this.take(channel, partition, updates.filter(u => u.t < to && u.t >= from));
    });
    sub.on("gap", gap => {
      if (gap.reason !== "expired") return;
      const known = channel.outages.losses.some(loss => loss.partition === gap.partition && loss.first === gap.from);
      if (!known) channel.outages.lose({ from, to: from + 1, offsets: gap.next - gap.from, reason: gap.reason, first: gap.from, next: gap.next, partition: gap.partition });
    });
    sub.on("state", ({ new: state }) => {
      if (state === "closed") this.closed(sub);
    });
  }

  private closed(sub: Subscription): void {
    if (!this.open.delete(sub)) return;
    this.loading = Math.max(0, this.loading - 1);
    if (this.loading === 0) this.preview = null;
    this.events.changed();
  }

  private take(channel: Channel, partition: number, updates: Update[]): void {
    const due = updates.filter(u => u.t <= this.at);
    if (due.length) this.timeline.add(channel, partition, due, this.link.client.now(), false);
    for (const update of updates) if (update.t > this.at) this.waiting.push({ channel, partition, update });
    this.events.changed();
  }

  private release(): void {
    const due = this.waiting.filter(w => w.update.t <= this.at);
    if (!due.length) return;
    this.waiting = this.waiting.filter(w => w.update.t > this.at);
    due.sort((a, b) => a.update.t - b.update.t);
    for (const { channel, partition, update } of due) this.timeline.add(channel, partition, [update], this.link.client.now(), false);
  }

  /** A quick rendition for a drag; without records, which the bridge will send. */
  private fromRows(live: Timeline): Timeline | null {
    const next = new Timeline(false, this.span), from = this.at - this.span;
    for (const [name, track] of live.tracks) {
      if (!track.rows || track.covered > from) return null;
      const mine = next.track(track.channel);
      mine.covered = -Infinity;
      mine.setPanels(this.panels().filter(spec => spec.channel === name && !spec.hidden), this.span);
      mine.copy(track.rows, from, this.at);
    }
    return next;
  }

  private stop(): void {
    const open = [...this.open];
    this.open.clear();
    this.loading = 0;
    for (const sub of open) sub.close();
  }
}
