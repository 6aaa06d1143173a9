// All channels that the bridge lists, which of them are followed, and which are new since the page was opened.
import type { ChannelInfo } from "tailrace";
import { kNoBridge, type BridgeInfo } from "../messages.ts";
import { Channel } from "./channel.ts";

/** More topics than this are listed, and followed only when the reader asks. */
const kFollowed = 12;
const kFreshFor = 60_000;

export class Directory {
  readonly channels = new Map<string, Channel>();
  /** Named by the link, or followed by hand: they keep their places. */
  readonly linked = new Set<string>();
  private info: BridgeInfo = kNoBridge;
  private first = true;
  /** Wanted, and not listed the last time. */
  private absent = new Set<string>();
  private freshUntil = new Map<string, number>();

  /**
   * Takes a list of the bridge; returns the channels to follow that are not followed yet, and whose places they get. Those
   * that are followed stay, listed or not: a bridge that has only just started may know few of them, and their
   * subscriptions tell when they end.
   */
  update(list: ChannelInfo[], followed: ReadonlySet<string>, wanted: ReadonlySet<string>, now: number): { more: Channel[]; gone: string[] } {
    for (const info of list) this.learn(info, now);
    const known = new Set(list.map(({ name }) => name));
    for (const [name, channel] of this.channels) if (!known.has(name) && !followed.has(name) && !channel.refused) this.channels.delete(name);
    this.first = false;
    const open = [...this.channels.values()].filter(c => !followed.has(c.name) && !c.refused && !(c.missing && c.rate === 0));
    const must = open.filter(c => wanted.has(c.name)), rest = open.filter(c => !wanted.has(c.name));
    const gone = [...followed].filter(name => this.channels.get(name)?.missing); // their places are free
    const room = Math.max(0, kFollowed - (followed.size - gone.length) - must.length);
    rest.sort((a, b) => Number(b.fresh) - Number(a.fresh) || b.rate - a.rate || (a.name < b.name ? -1 : 1));
    const more = [...must, ...rest.slice(0, room)], over = more.length && Math.max(0, followed.size + more.length - kFollowed);
    return { more, gone: gone.filter(name => !this.linked.has(name)).slice(0, over) };
  }

  hint(info: BridgeInfo): void {
    this.info = info;
    for (const hint of info.channels) this.channels.get(hint.name)?.hint(hint);
  }

  /** Kept although the bridge doesn't list them: a link names them. Twice, for it may have only just started. */
  refuse(wanted: ReadonlySet<string>, list: ChannelInfo[], followed: ReadonlySet<string>): void {
    const missing = [...wanted].filter(name => !followed.has(name) && !list.some(info => info.name === name));
    for (const name of missing) {
      if (!this.absent.has(name)) continue;
      const channel = this.channels.get(name) ?? new Channel(name);
      channel.refused = "channel_unavailable";
      this.channels.set(name, channel);
    }
    this.absent = new Set(missing);
  }

  get listed(): Channel[] {
    const all = [...this.channels.values()].filter(c => !c.refused);
    return all.sort((a, b) => Number(b.fresh) - Number(a.fresh) || (a.name < b.name ? -1 : 1));
  }

  /** Call now and then: what was new grows old. */
  age(now: number): void {
    for (const [name, until] of this.freshUntil) {
      if (now < until) continue;
      this.freshUntil.delete(name);
      const channel = this.channels.get(name);
      if (channel) channel.fresh = false;
    }
  }

  private learn(info: ChannelInfo, now: number): void {
    const channel = this.channels.get(info.name) ?? this.meet(info.name, now);
    if (channel.refused) channel.refused = "";
    channel.rate = info.rate;
    channel.topic = info.topic;
    channel.truncated = info.partitions.some(({ earliest }) => (earliest ?? 0) > 0);
    for (const { partition, latest } of info.partitions) if (latest !== null) channel.ends[partition] = latest;
  }

  private meet(name: string, now: number): Channel {
    const channel = new Channel(name, this.info.channels.find(hint => hint.name === name));
    channel.fresh = !this.first;
    if (channel.fresh) this.freshUntil.set(name, now + kFreshFor);
    this.channels.set(name, channel);
    return channel;
  }
}
