// The live side: one subscription per followed channel into the live timeline, and the bookkeeping of what it missed.
import type { Batch, Gap, Reset, StateChange, TailraceError } from "tailrace";
import { Ages } from "./ages.ts";
import type { Channel } from "./channel.ts";
import type { Episode } from "./episode.ts";
import { Faults } from "./faults.ts";
import type { Link } from "./link.ts";
import { valueAt } from "./reduce.ts";
import { grouped } from "../words.ts";
import type { Timeline } from "./timeline.ts";
import type { Track } from "./track.ts";
import { Watch } from "./watch.ts";

/** Without anything for so long, a channel is quiet. */
const kSilent = 5000;

export interface LiveEvents {
  /** What is subscribed to begins: what lies before is known, and may be read. */
  began(track: Track): void;
  arrived(channel: Channel): void;
  recovered(episode: Episode): void;
  /** A channel is followed no more. */
  left(): void;
  changed(): void;
}

export class Live {
  readonly watches = new Map<string, Watch>();
  readonly faults: Faults;
  /** Of recent batches, for the pill. */
  private readonly ages = new Ages();
  lastArrival = 0;
  records = 0;

  constructor(private readonly link: Link, readonly timeline: Timeline, private readonly events: LiveEvents) {
    this.faults = new Faults(link, timeline, this.watches, episode => events.recovered(episode));
  }

  /** Follows a channel from so many seconds before the bridge grants it, or begins it again. */
  follow(channel: Channel, atLeast: number): void {
    if (this.watches.has(channel.name)) return;
    const seconds = Math.max(1, Math.ceil(atLeast)), sub = this.link.client.subscribe(channel.name, { from: `-${seconds}s` });
    this.timeline.track(channel);
    const watch = new Watch(channel, sub), { faults } = this;
    this.watches.set(channel.name, watch);
    faults.met(watch);
    sub.on("batch", batch => this.batch(watch, batch));
    sub.on("state", change => this.state(watch, change, seconds));
    sub.on("gap", gap => this.gap(watch, gap));
    sub.on("reset", reset => this.reset(watch, reset));
    sub.on("recovered", what => faults.recovered(watch, what));
    sub.on("error", error => this.failed(watch, error));
  }

  /** What is there of the channel goes with it: followed again, it is read again. */
  unfollow(name: string): void {
    const watch = this.watches.get(name);
    this.watches.delete(name);
    watch?.sub.close();
    this.timeline.tracks.delete(name);
    this.faults.left(name);
  }

  /** Median age of what arrives; NaN when nothing did for a while. */
  get behind(): number {
    return this.ages.median;
  }

  /** How old a channel's record usually is when it is here, at most; what is younger may still come. */
  late(channel: string): number {
    return this.watches.get(channel)?.ages.late ?? 0;
  }

  /** Records per second over the last whole seconds, by their own time. */
  rate(now: number): number {
    let sum = 0;
    for (const name of this.timeline.tracks.keys()) sum += this.rateOf(name, now);
    return sum;
  }

  rateOf(name: string, now: number): number {
    const track = this.timeline.tracks.get(name);
    return track ? valueAt(track.seconds, 0, Math.floor((now - this.late(name)) / 1000) - 1, "rate", 5) || 0 : 0;
  }

  /** By the page's own count; by the bridge's where what comes is not of now; NaN while nobody can know. */
  paceOf(channel: Channel, now: number): number {
    if (this.link.downSince > 0 || this.link.kafkaDownSince > 0) return NaN;
    const watch = this.watches.get(channel.name);
    if (!watch || watch.filling) return channel.rate;
    return this.rateOf(channel.name, now) || (now - channel.lastSeen > kSilent ? 0 : channel.rate);
  }

  /** How far the first fill has come, on the time axis; Infinity when it is done, or when there is none. */
  fillFront(channel: string): number {
    if (!this.link.listed) return -Infinity;
    const watch = this.watches.get(channel);
    if (!watch?.filling || watch.channel.unserved) return Infinity;
    return watch.front;
  }

  get filling(): boolean {
    for (const { filling, channel } of this.watches.values()) if (filling && !channel.unserved) return true;
    return false;
  }

  private batch(watch: Watch, batch: Batch): void {
    const { channel } = watch, now = this.link.client.now(), open = channel.outages.open;
    const back = open !== undefined && !watch.filling && (open.to !== Infinity || watch.sub.state === "replaying");
    const t = this.timeline.add(channel, batch.partition, batch.updates, now, back);
    if (watch.losing.size) this.closeLoss(watch, batch.partition, batch.updates[0]?.t ?? t);
    watch.lastTime.set(batch.partition, t);
    if (back || watch.filling) this.front(watch, batch.partition, t);
    if (back) this.faults.episode?.progress(channel.name, batch.updates.length);
    else if (!watch.filling) this.aged(watch, batch, now);
    this.lastArrival = now;
    channel.lastSeen = now;
    channel.lastTime = Math.max(channel.lastTime, t);
    this.records += batch.updates.length;
    this.events.arrived(channel);
  }

  private front(watch: Watch, partition: number, t: number): void {
    watch.came(partition, t);
    watch.channel.outages.advance(watch.front);
  }

  /** The pill tells of what is new; what is counted has to wait for the oldest of what comes at once. */
  private aged({ ages }: Watch, { updates }: Batch, now: number): void {
    if (!updates.length) return;
    ages.add(now - updates[0].t);
    this.ages.add(now - updates.at(-1)!.t);
  }

  private state(watch: Watch, change: StateChange, seconds: number): void {
    const { channel } = watch, now = this.link.client.now();
    if (this.watches.get(channel.name) !== watch) return;
    if (change.reason === "subscribed") this.granted(watch, now, seconds);
    if (change.new === "idle") this.faults.unserved(watch, now, change.reason);
    else if (change.new === "replaying") this.faults.replays(watch, now);
    else if (change.new === "live") this.faults.isLive(watch, now);
    else if (change.new !== "stale") this.down(watch, now, change);
    this.events.changed();
  }

  private down(watch: Watch, now: number, change: StateChange): void {
    this.ages.clear();
    this.faults.down(watch, now, change);
  }

  private granted({ channel, sub }: Watch, now: number, seconds: number): void {
    const track = this.timeline.track(channel);
    channel.untold();
    if (track.begun === Infinity) this.begins(track, now - seconds * 1000, () => sub.offsets);
  }

  /** A start is a whole second, by the bridge's clock: no later than this one. */
  private begins(track: Track, from: number, places: () => Record<number, number>): void {
    track.covered = track.begun = Math.ceil(from / 1000) * 1000;
    queueMicrotask(() => { // the place is known just after the state
      track.starts = new Map(Object.entries(places()).map(([p, o]) => [Number(p), o]));
      this.events.began(track);
    });
  }

  private gap(watch: Watch, gap: Gap): void {
    const now = this.link.client.now(), from = watch.lastTime.get(gap.partition) ?? this.timeline.track(watch.channel).covered;
    const loss = { from, to: now, offsets: gap.next - gap.from, reason: gap.reason, first: gap.from, next: gap.next, partition: gap.partition };
    watch.channel.outages.lose(loss);
    watch.losing.set(gap.partition, loss);
    this.timeline.feed.divide("gap", `Gap of ${grouped(loss.offsets)}: ${gap.reason}`, `p${gap.partition} ${grouped(gap.from)}`);
  }

  private closeLoss(watch: Watch, partition: number, t: number): void {
    const loss = watch.losing.get(partition);
    if (loss) loss.to = Math.max(t, watch.lastTime.get(partition) ?? t);
    watch.losing.delete(partition);
  }

  /** What is there is of another history: of this one all is read anew, but for what the subscription itself brings. */
  private reset(watch: Watch, reset: Reset): void {
    const { channel, sub } = watch, { tracks } = this.timeline, { offsets } = sub;
    channel.forget();
    if (watch.comeback) this.faults.left(channel.name); // of what it missed nothing is waited for
    watch.restart(sub.state !== "live");
    tracks.delete(channel.name);
    const track = this.timeline.track(channel);
    if (Object.keys(offsets).length) this.begins(track, this.link.client.now(), () => offsets); // else it is granted first
    this.timeline.feed.divide("gap", `History changed: ${reset.reason.replace(/_/g, " ")}`, channel.name);
  }

  private failed(watch: Watch, error: TailraceError): void {
    if (error.retryable || this.link.client.state === "closed") return; // the end of the connection is none of the channel
    watch.channel.refused = error.code;
    this.unfollow(watch.channel.name);
    this.events.left();
  }
}
