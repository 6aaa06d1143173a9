// What breaks and comes back, over all channels: outages of the connection and of Kafka, what is made good of them, and
// the words for it in the feed.
import type { Recovered, StateChange } from "tailrace";
import { Comeback } from "./comeback.ts";
import { Episode } from "./episode.ts";
import type { Link } from "./link.ts";
import type { Outages } from "./outages.ts";
import type { Timeline } from "./timeline.ts";
import type { Watch } from "./watch.ts";
import { clock, grouped, spell } from "../words.ts";

/** The bridge is sure that Kafka is gone only some seconds after: what was silent from then on was not quiet. */
const kDoubt = 20_000;

const kAway = "Kafka unreachable";

export class Faults {
  episode: Episode | null = null;
  private cause = "";
  /** What tells of the episode in the feed. */
  private divider = 0;
  /** That of Kafka's last absence. */
  private away = 0;

  constructor(private readonly link: Link, private readonly timeline: Timeline, private readonly watches: ReadonlyMap<string, Watch>, private readonly over: (episode: Episode) => void) {}

  /** A channel is followed from now on. */
  met({ channel }: Watch): void {
    if (this.link.kafkaDownSince > 0) channel.outages.begin(this.link.kafkaDownSince, kAway);
  }

  /** A channel is followed no more: nobody waits for it. */
  left(channel: string): void {
    if (this.episode?.leave(channel)) this.finish(this.episode);
  }

  kafka(unreachable: boolean, since: number): void {
    if (unreachable && !(this.episode && this.cause === kAway)) this.away = this.timeline.feed.divide("hold", kAway, "");
    for (const watch of this.watches.values()) {
      if (unreachable) this.gone(watch, since);
      else this.back(watch, this.link.client.now());
    }
  }

  private gone(watch: Watch, since: number): void {
    const { outages, lastSeen } = watch.channel;
    outages.begin(since - lastSeen < kDoubt ? Math.min(since, lastSeen) : since, kAway);
    if (!watch.comeback) return;
    watch.comeback.stop();
    this.episode?.join(watch.channel.name);
  }

  /** What Kafka kept meanwhile comes now: with a first fill, with the replay that goes on, or as more of what is live. */
  private back(watch: Watch, now: number): void {
    const { channel, sub, filling } = watch, { outages } = channel, { open } = outages;
    if (!open) return;
    if (filling && open.cause === kAway) return outages.heal(0, now);
    if (sub.state === "replaying") return outages.refill(now);
    if (sub.state === "live" && open.cause === kAway) this.comesBack(watch, open.from, now);
  }

  private comesBack(watch: Watch, from: number, now: number): void {
    const { channel, sub } = watch;
    if (!this.episode) {
      this.episode = new Episode(from);
      [this.cause, this.divider] = [kAway, this.away];
    }
    this.episode.join(channel.name);
    this.resumed(watch, now);
    const comeback = (watch.comeback ??= new Comeback(sub, from)), { episode } = this;
    void comeback.ask(this.link.client, now).then(ends => {
      if (!ends || watch.comeback !== comeback) return;
      watch.ends(ends);
      episode.resume(channel.name, comeback.missed, now);
    });
  }

  down(watch: Watch, now: number, change: StateChange): void {
    const over = change.new === "closed";
    if ((watch.filling && !over) || change.old === "idle") return;
    const from = watch.filling ? Math.min(now, Math.max(watch.front, now - this.timeline.span)) : change.reason === "silent" ? this.link.heardAt : now;
    const cause = this.link.cutter.until > 0 ? "cut" : "disconnected";
    watch.filling = false;
    watch.channel.outages.begin(from, cause);
    watch.rest();
    watch.comeback = null;
    if (!this.episode) this.beginEpisode(from, cause);
    this.episode!.join(watch.channel.name);
  }

  /** The bridge answers, and won't send this channel for now: nobody waits for it. */
  unserved(watch: Watch, now: number, code: string): void {
    const { channel } = watch;
    watch.rest();
    watch.comeback = null;
    channel.unserved = code.replace(/_/g, " ");
    channel.outages.begin(now, channel.unserved);
    this.left(channel.name);
  }

  private beginEpisode(from: number, cause: string): void {
    this.episode = new Episode(from);
    this.cause = cause === "cut" ? "Cut" : "Disconnected";
    this.divider = this.timeline.feed.divide("hold", this.cause, "");
    this.tick();
  }

  replays(watch: Watch, now: number): void {
    if (watch.filling) watch.ends(watch.channel.ends.slice());
    if (!watch.channel.outages.open) return;
    this.resumed(watch, now);
    void this.count(watch);
  }

  private resumed({ channel }: Watch, now: number): void {
    channel.outages.refill(now);
    this.episode?.resume(channel.name, 0, now);
  }

  /** Asks how much is to come, for the pill; the replay doesn't wait for the answer. */
  private async count(watch: Watch): Promise<void> {
    const before = { ...watch.sub.offsets }, { episode } = this;
    try {
      const list = await this.link.client.channels();
      const info = list.find(({ name }) => name === watch.channel.name);
      const missed = info?.partitions.reduce((n, { partition, latest }) => n + Math.max(0, (latest ?? 0) - (before[partition] ?? latest ?? 0)), 0) ?? 0;
      watch.ends(info?.partitions.map(({ latest }) => latest) ?? []);
      episode?.resume(watch.channel.name, missed, this.link.client.now());
    } catch {
      // The receipt will tell.
    }
  }

  isLive(watch: Watch, now: number): void {
    const { outages } = watch.channel, { open } = outages;
    watch.filling = false;
    watch.rest();
    if (!open) return;
    if (open.cause === kAway && this.link.kafkaDownSince > 0) return outages.begin(now, kAway); // what the bridge remembered is here, and no more
    if (watch.comeback) return;
    outages.heal(0, now);
    this.stillAway(outages, now);
    queueMicrotask(() => this.settle(watch, null));
  }

  recovered(watch: Watch, what: Recovered): void {
    const now = this.link.client.now(), { outages } = watch.channel;
    outages.heal(what.updates, now);
    const last = outages.outages.at(-1);
    if (last) last.updates = what.updates;
    if (!this.episode?.awaits(watch.channel.name)) this.timeline.feed.divide("replay", `Recovered ${grouped(what.updates)}`, watch.channel.name);
    this.stillAway(outages, now);
    this.settle(watch, what);
  }

  /** The bridge is back, Kafka is not. */
  private stillAway(outages: Outages, now: number): void {
    if (this.link.kafkaDownSince > 0) outages.begin(now, kAway);
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
    this.timeline.feed.divide("replay", `Recovered ${grouped(receipt.updates)}`, first ? `to ${grouped(first.next - 1)}` : "");
    this.over(episode);
  }

  /** Keeps the open divider's words true, and sees who is back; called often. */
  tick(): void {
    const { episode } = this, now = this.link.client.now();
    for (const watch of this.watches.values()) if (watch.comeback) this.seeBack(watch, watch.comeback, now);
    if (!episode || episode.replaying) return;
    const [watch] = this.watches.values(), next = watch ? Object.values(watch.sub.offsets)[0] : undefined;
    this.timeline.feed.reword(this.divider, { text: `${this.cause} ${spell(now - episode.began)}`, place: next === undefined ? "" : `next ${grouped(next)}` });
  }

  private seeBack(watch: Watch, comeback: Comeback, now: number): void {
    comeback.expect(watch.channel.ends, now);
    if (!comeback.isWhole) return;
    const what = comeback.recovered(now);
    watch.rest();
    watch.comeback = null;
    watch.channel.outages.heal(what.updates, now);
    this.settle(watch, what);
  }
}
