// The live side: one subscription per followed channel into the live timeline, and the bookkeeping of what it missed.
import type { Batch, Gap, Recovered, Reset, StateChange, Subscription, TailraceError } from "tailrace";
import type { Channel } from "./channel.ts";
import { Episode } from "./episode.ts";
import type { Link } from "./link.ts";
import { valueAt } from "./reduce.ts";
import { clock, grouped, spell } from "../words.ts";
import type { Timeline } from "./timeline.ts";
import type { Track } from "./track.ts";

/** The bridge is sure that Kafka is gone only some seconds after: what was silent from then on was not quiet. */
const kDoubt = 20_000;

/** More than this is not waited for before something is counted. */
const kLate = 3000;

export interface LiveEvents {
  /** What is subscribed to begins: what lies before is known, and may be read. */
  began(track: Track): void;
  arrived(channel: Channel): void;
  recovered(episode: Episode): void;
  /** A channel is followed no more. */
  left(): void;
  changed(): void;
}

interface Watch {
  channel: Channel;
  sub: Subscription;
  /** Still within its first fill. */
  filling: boolean;
  /** Last time seen per partition, within a replay. */
  fronts: Map<number, number>;
  /** Losses whose end on the time axis is not known yet, by partition. */
  losing: Map<number, { to: number }>;
  lastTime: Map<number, number>;
}

export class Live {
  readonly watches = new Map<string, Watch>();
  episode: Episode | null = null;
  /** Ages of recent batches, for the pill. */
  private readonly ages = new Float64Array(31).fill(NaN);
  private aged = 0;
  private divider = 0;
  private cause = "";
  lastArrival = 0;
  records = 0;

  constructor(private readonly link: Link, readonly timeline: Timeline, private readonly events: LiveEvents) {}

  /** Follows a channel from so many seconds before the bridge grants it, or begins it again. */
  follow(channel: Channel, atLeast: number): void {
    if (this.watches.has(channel.name)) return;
    const seconds = Math.max(1, Math.ceil(atLeast)), sub = this.link.client.subscribe(channel.name, { from: `-${seconds}s` });
    this.timeline.track(channel);
    const watch: Watch = { channel, sub, filling: true, fronts: new Map(), losing: new Map(), lastTime: new Map() };
    this.watches.set(channel.name, watch);
    sub.on("batch", batch => this.batch(watch, batch));
    sub.on("state", change => this.state(watch, change, seconds));
    sub.on("gap", gap => this.gap(watch, gap));
    sub.on("reset", reset => this.reset(watch, reset));
    sub.on("recovered", what => this.recovered(watch, what));
    sub.on("error", error => this.failed(watch, error));
  }

  /** What is there of the channel goes with it: followed again, it is read again. */
  unfollow(name: string): void {
    this.watches.get(name)?.sub.close();
    this.watches.delete(name);
    this.timeline.tracks.delete(name);
    if (this.episode?.leave(name)) this.finish(this.episode);
  }

  kafka(unreachable: boolean, since: number): void {
    for (const { channel } of this.watches.values()) {
      if (unreachable) channel.outages.begin(since - channel.lastSeen < kDoubt ? Math.min(since, channel.lastSeen) : since, "Kafka unreachable");
      else if (channel.outages.open?.cause === "Kafka unreachable" && !this.episode?.awaits(channel.name)) channel.outages.heal(0, this.link.client.now());
    }
    if (unreachable) this.divide("hold", "Kafka unreachable", "");
  }

  /** Median age of what arrives; NaN when nothing did for a while. */
  get behind(): number {
    const known = [...this.ages].filter(age => age === age).sort((a, b) => a - b);
    return known.length ? known[known.length >> 1] : NaN;
  }

  /** How old a record usually is when it is here, at most; what is younger may still come. */
  get late(): number {
    return Math.min(kLate, Math.max(0, 2 * this.behind || 0));
  }

  /** Records per second over the last whole seconds, by their own time. */
  rate(now: number): number {
    let sum = 0;
    for (const name of this.timeline.tracks.keys()) sum += this.rateOf(name, now);
    return sum;
  }

  rateOf(name: string, now: number): number {
    const track = this.timeline.tracks.get(name);
    return track ? valueAt(track.seconds, 0, Math.floor((now - this.late) / 1000) - 1, "rate", 5) || 0 : 0;
  }

  /** By the page's own count, else by the bridge's; NaN while nobody can know. */
  paceOf(channel: Channel, now: number): number {
    if (this.link.downSince > 0 || this.link.kafkaDownSince > 0) return NaN;
    const watch = this.watches.get(channel.name);
    return watch && !watch.filling ? this.rateOf(channel.name, now) : channel.rate;
  }

  /** How far the first fill has come, on the time axis; Infinity when it is done, or when there is none. */
  fillFront(channel: string): number {
    if (!this.link.listed) return -Infinity;
    const watch = this.watches.get(channel);
    if (!watch?.filling || watch.channel.unserved) return Infinity;
    return Math.min(...watch.fronts.values());
  }

  get filling(): boolean {
    for (const { filling, channel } of this.watches.values()) if (filling && !channel.unserved) return true;
    return false;
  }

  private batch(watch: Watch, batch: Batch): void {
    const { channel } = watch, now = this.link.client.now(), open = channel.outages.open;
    const back = open !== undefined && open.to !== Infinity;
    const t = this.timeline.add(channel, batch.partition, batch.updates, now, back);
    if (watch.losing.size) this.closeLoss(watch, batch.partition, batch.updates[0]?.t ?? t);
    watch.lastTime.set(batch.partition, t);
    if (back || watch.filling) this.front(watch, batch.partition, t);
    if (back) this.episode?.progress(channel.name, batch.updates.length);
    else if (!watch.filling) this.ages[this.aged++ % this.ages.length] = now - t;
    this.lastArrival = now;
    channel.lastSeen = now;
    channel.lastTime = Math.max(channel.lastTime, t);
    this.records += batch.updates.length;
    this.events.arrived(channel);
  }

  private front(watch: Watch, partition: number, t: number): void {
    watch.fronts.set(partition, t);
    watch.channel.outages.advance(Math.min(...watch.fronts.values()));
  }

  private state(watch: Watch, change: StateChange, seconds: number): void {
    const { channel } = watch, now = this.link.client.now();
    if (change.reason === "subscribed") this.granted(watch, now, seconds);
    if (change.new === "idle") this.unserved(channel, now, change.reason);
    else if (change.new === "replaying") this.resumed(watch, now);
    else if (change.new === "live") this.isLive(watch, now);
    else if (change.new === "connecting" || change.new === "offline") this.down(watch, now, change);
    else if (change.new === "closed") this.events.changed();
    this.events.changed();
  }

  /** A start is a whole second, by the bridge's clock: no later than this one. */
  private granted({ channel, sub }: Watch, now: number, seconds: number): void {
    const track = this.timeline.track(channel);
    channel.untold();
    if (track.begun !== Infinity) return;
    track.covered = track.begun = Math.ceil(now / 1000 - seconds) * 1000;
    queueMicrotask(() => { // the place is known just after the state
      track.starts = new Map(Object.entries(sub.offsets).map(([p, o]) => [Number(p), o]));
      this.events.began(track);
    });
  }

  private down(watch: Watch, now: number, change: StateChange): void {
    if (watch.filling || change.old === "idle") return;
    const from = change.reason === "silent" ? this.link.heardAt : now;
    const cause = this.link.cutter.until > 0 ? "cut" : "disconnected";
    watch.channel.outages.begin(from, cause);
    watch.fronts.clear();
    if (!this.episode) this.beginEpisode(from, cause);
    this.episode!.join(watch.channel.name);
    this.ages.fill(NaN);
  }

  /** The bridge answers, and won't send this channel for now: nobody waits for it. */
  private unserved(channel: Channel, now: number, code: string): void {
    channel.unserved = code.replace(/_/g, " ");
    channel.outages.begin(now, channel.unserved);
    if (this.episode?.leave(channel.name)) this.finish(this.episode);
  }

  private beginEpisode(from: number, cause: string): void {
    this.episode = new Episode(from);
    this.cause = cause === "cut" ? "Cut" : "Disconnected";
    this.divider = this.divide("hold", this.cause, "");
    this.tick();
  }

  private resumed(watch: Watch, now: number): void {
    const { channel } = watch;
    if (!channel.outages.open) return;
    channel.outages.refill(now);
    this.episode?.resume(channel.name, 0, now);
    void this.count(watch);
  }

  /** Asks how much is to come, for the pill; the replay doesn't wait for the answer. */
  private async count(watch: Watch): Promise<void> {
    const before = { ...watch.sub.offsets }, { episode } = this;
    try {
      const list = await this.link.client.channels();
      const info = list.find(({ name }) => name === watch.channel.name);
      const missed = info?.partitions.reduce((n, { partition, latest }) => n + Math.max(0, (latest ?? 0) - (before[partition] ?? latest ?? 0)), 0) ?? 0;
      episode?.resume(watch.channel.name, missed, this.link.client.now());
    } catch {
      // The receipt will tell.
    }
  }

  private isLive(watch: Watch, now: number): void {
    watch.filling = false;
    watch.fronts.clear();
    const open = watch.channel.outages.open;
    if (open && open.cause !== "Kafka unreachable") {
      watch.channel.outages.heal(0, now);
      this.stillAway(watch.channel, now);
      queueMicrotask(() => this.settle(watch, null));
    }
  }

  private recovered(watch: Watch, what: Recovered): void {
    const now = this.link.client.now(), { outages } = watch.channel;
    outages.heal(what.updates, now);
    const last = outages.outages.at(-1);
    if (last) last.updates = what.updates;
    if (!this.episode?.awaits(watch.channel.name)) this.divide("replay", `Recovered ${grouped(what.updates)}`, watch.channel.name);
    this.stillAway(watch.channel, now);
    this.settle(watch, what);
  }

  /** The bridge is back, Kafka is not. */
  private stillAway({ outages }: Channel, now: number): void {
    if (this.link.kafkaDownSince > 0) outages.begin(now, "Kafka unreachable");
  }

  private settle(watch: Watch, what: Recovered | null): void {
    const { episode } = this;
    if (episode?.recovered(watch.channel.name, what)) this.finish(episode);
  }

  /** Nobody is waited for any more. Where nobody came back, there is nothing to give a receipt for. */
  private finish(episode: Episode): void {
    this.episode = null;
    const receipt = episode.view(0), first = receipt.ranges[0];
    const lasted = receipt.outage || this.link.client.now() - episode.began;
    this.timeline.feed.reword(this.divider, { text: `${this.cause} ${(lasted / 1000).toFixed(1)} s, ${clock(episode.began)}`, place: first ? `from ${grouped(first.from)}` : "" });
    if (!episode.returned) return;
    this.divide("replay", `Recovered ${grouped(receipt.updates)}`, first ? `to ${grouped(first.next - 1)}` : "");
    this.events.recovered(episode);
  }

  /** Keeps the open divider's words true; called often. */
  tick(): void {
    const { episode } = this;
    if (!episode || episode.replaying) return;
    const [watch] = this.watches.values(), next = watch ? Object.values(watch.sub.offsets)[0] : undefined;
    this.timeline.feed.reword(this.divider, { text: `${this.cause} ${spell(this.link.client.now() - episode.began)}`, place: next === undefined ? "" : `next ${grouped(next)}` });
  }

  private gap(watch: Watch, gap: Gap): void {
    const now = this.link.client.now(), from = watch.lastTime.get(gap.partition) ?? this.timeline.track(watch.channel).covered;
    const loss = { from, to: now, offsets: gap.next - gap.from, reason: gap.reason, first: gap.from, next: gap.next, partition: gap.partition };
    watch.channel.outages.lose(loss);
    watch.losing.set(gap.partition, loss);
    this.divide("gap", `Gap of ${grouped(loss.offsets)}: ${gap.reason}`, `p${gap.partition} ${grouped(gap.from)}`);
  }

  private closeLoss(watch: Watch, partition: number, t: number): void {
    const loss = watch.losing.get(partition);
    if (loss) loss.to = Math.max(t, watch.lastTime.get(partition) ?? t);
    watch.losing.delete(partition);
  }

  private reset(watch: Watch, reset: Reset): void {
    watch.channel.forget();
    watch.lastTime.clear();
    this.divide("gap", `History changed: ${reset.reason.replace(/_/g, " ")}`, watch.channel.name);
  }

  private failed(watch: Watch, error: TailraceError): void {
    if (error.retryable) return;
    watch.channel.refused = error.code;
    this.unfollow(watch.channel.name);
    this.events.left();
  }

  private divide(tone: "hold" | "replay" | "gap", text: string, place: string): number {
    return this.timeline.feed.divide(tone, text, place);
  }
}
