// Composes one frame's worth of what the page shows, from whichever timeline is shown. Parts have their own pace: lines
// come as fast as frames do, figures and rails only as fast as eyes can use them.
import type { Aggregate, Badge, ChannelView, Mode, PanelSpec, PanelView, StatView } from "../messages.ts";
import type { Channel } from "./channel.ts";
import { samplesWithin, type Sample } from "./extent.ts";
import { numericFields } from "./infer.ts";
import { inWindow, panelView, type Moment } from "./panelview.ts";
import { grouped } from "../words.ts";
import { valueAt } from "./reduce.ts";
import { Stat } from "./stat.ts";
import type { Timeline } from "./timeline.ts";
import type { Track } from "./track.ts";

export interface Shown {
  timeline: Timeline;
  mode: Mode;
  at: number;
  span: number;
  now: number;
  /** Milliseconds for which records of a channel may still be on their way. */
  late(channel: string): number;
  loading: number;
  /** Front of a first fill; Infinity when there is none. */
  front(channel: string): number;
}

/** Aggregates that are one of the values themselves. */
const kPicked: Aggregate[] = ["last", "min", "max"];

type Part = "stats" | "tables" | "channels" | "feed" | "lane";
const kPace: Record<Part, number> = { stats: 200, tables: 100, channels: 500, feed: 200, lane: 200 };
/** The feed is as much to lay out as all the others: it comes between them. */
const kPhase: Record<Part, number> = { stats: 0, tables: 0, channels: 0, feed: 50, lane: 0 };

/** Times select whole seconds. */
const kGrain = 1000;
/** Of a channel's keys, as many are offered for a key figure. */
const kKeys = 16;

export class Painter {
  private due: Record<Part, number> = { stats: 0, tables: 0, channels: 0, feed: 0, lane: 0 };

  constructor(private readonly find: (channel: string) => Channel | undefined) {}

  /** Everything is painted anew next time. */
  refresh(): void {
    for (const part of Object.keys(this.due) as Part[]) this.due[part] = 0;
  }

  is(part: Part, now: number): boolean {
    if (now < this.due[part]) return false;
    const pace = kPace[part], phase = kPhase[part];
    this.due[part] = (Math.floor((now - phase) / pace) + 1) * pace + phase;
    return true;
  }

  panels(specs: PanelSpec[], shown: Shown): PanelView[] {
    const tables = this.is("tables", shown.now);
    const due = specs.filter(spec => spec.kind !== "stat" && (tables || spec.kind === "time"));
    return due.map(spec => {
      const channel = this.find(spec.channel), track = shown.timeline.tracks.get(spec.channel);
      return panelView(spec, channel, track, this.moment(spec.id, channel, track, shown));
    });
  }

  stats(specs: PanelSpec[], shown: Shown): StatView[] {
    return specs.filter(spec => spec.kind === "stat").flatMap(spec => {
      const channel = this.find(spec.channel), track = shown.timeline.tracks.get(spec.channel), stat = track?.aggregators.get(spec.id);
      if (!channel || !(stat instanceof Stat)) return [];
      const view = stat.view(this.moment(spec.id, channel, track, shown));
      const { aggregate, field } = spec, counted = aggregate === "count";
      const unit = aggregate === "rate" ? "/s" : counted ? inWindow(shown.span) : channel.unitOf(field), whole = counted || (kPicked.includes(aggregate) && channel.profile.whole(field));
      return [{ id: spec.id, ...view, unit, whole, hole: hole(channel, shown) }];
    });
  }

  channels(list: Channel[], followed: (name: string) => boolean, paceOf: (channel: Channel) => number, shown: Shown): ChannelView[] {
    return list.map(channel => {
      const track = shown.timeline.tracks.get(channel.name), { profile } = channel;
      const fields = numericFields(profile), rate = paceOf(channel);
      return {
        name: channel.name, title: channel.title, topic: channel.topic, rate, fields, numbers: [...new Set([...fields, ...channel.columns.numbers])], texts: channel.columns.texts.slice(), keyNoun: profile.noun, keyed: profile.keyed > 0,
        keys: profile.eventful ? [] : channel.columns.keys.top(kKeys),
        quietSince: rate === 0 ? channel.lastTime : 0, fresh: channel.fresh, followed: followed(channel.name),
        note: noteOf(channel, fields, followed(channel.name)), line: pace(track, shown), hole: hole(channel, shown),
      };
    });
  }

  private moment(id: string, channel: Channel | undefined, track: Track | undefined, shown: Shown): Moment {
    const { at, span } = shown, from = at - span, extent = track?.extentOf(id), covered = extent?.covered ?? -Infinity;
    const name = channel?.name ?? "", front = shown.front(name), filling = front !== Infinity;
    const bands = channel?.outages.bands(from, at) ?? [], holes = channel?.outages.holes(at) ?? [];
    const badge = channel?.outages.badge(from, at) ?? { kind: "none", text: "" };
    const refused = extent?.refused && extent.refused.until > from ? extent.refused.why : "";
    if (filling) bands.push({ kind: "first", from, to: at, front: Math.max(from, front), text: "" });
    const kept = track?.keptFrom() ?? -Infinity, expired = kept > from + kGrain ? kept : 0;
    if (expired && !filling) bands.push({ kind: "gap", from, to: expired, front: from, text: "expired" });
    return {
      at, span, late: shown.late(name), bands, holes, filling, refused, expired, samples: extent?.samples ?? [], covered: Math.max(covered, expired || -Infinity), settled: !filling && shown.loading === 0,
      badge: badge.kind !== "exact" ? badge : filling || (covered > Math.max(from, expired) + kGrain && !refused) ? { kind: "replay", text: "replaying" } : refused ? { kind: "gap", text: "incomplete" } : expiredBadge(track, expired, at) ?? sampledBadge(extent?.samples ?? [], from, at),
    };
  }
}

/** Known by number where records were deleted while they were read; a live timeline has moved on since. */
function expiredBadge(track: Track | undefined, expired: number, at: number): Badge | null {
  if (track?.expired && (expired || !track.rows)) return { kind: "gap", text: `gap of ${grouped(track.expired)}` };
  return expired ? { kind: "gap", text: expired < at ? "partly expired" : "expired" } : null;
}

function sampledBadge(samples: Sample[], from: number, at: number): Badge {
  const every = Math.max(0, ...samplesWithin(samples, from, at).map(({ every }) => every));
  return every ? { kind: "sampled", text: `sampled 1:${every}` } : { kind: "exact", text: "exact" };
}

function noteOf(channel: Channel, fields: string[], followed: boolean): string {
  if (channel.missing) return "topic is gone";
  if (channel.unserved) return channel.unserved;
  if (channel.held.size) return `held by a transaction: p${[...channel.held].sort((a, b) => a - b).join(", p")}`;
  if (!followed) return "not followed";
  if (channel.profile.records === 0 || fields.length) return "";
  return channel.profile.texts ? "text, no numbers" : "no numbers";
}

/** Records per second, over the window, in seventy steps. */
function pace(track: Track | undefined, shown: Shown): Float64Array {
  const line = new Float64Array(72).fill(NaN);
  if (!track) return line;
  const last = track.pace.binOf(shown.at - shown.late(track.channel.name)) - 1, holes = track.channel.outages.holes(shown.at);
  for (let i = 0; i < 72; i++) {
    const bin = last - 71 + i;
    const t = bin * track.pace.step;
    if (holes.some(([a, b]) => t + track.pace.step > a && t < b)) line[i] = -Infinity;
    else if (t >= Math.max(track.covered, track.keptFrom())) line[i] = valueAt(track.pace, 0, bin, "rate", 3);
  }
  return line;
}

/** The open hole of a channel as shares of the window. */
function hole(channel: Channel, { at, span }: Shown): [number, number] | null {
  const open = channel.outages.open;
  if (!open || open.from >= at || open.front >= Math.min(at, open.to)) return null;
  const share = (t: number) => Math.max(0, Math.min(1, (t - (at - span)) / span));
  return [share(open.front), share(Math.min(at, open.to))];
}
