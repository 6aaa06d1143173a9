// From one panel's aggregate to what the page draws: numbers, bands, badge, and words where there is nothing to draw.
import type { Badge, Band, NoteText, PanelSpec, PanelView } from "../messages.ts";
import type { Channel } from "./channel.ts";
import { kLeaves } from "./columns.ts";
import { kLongest } from "./dictionary.ts";
import { Histogram } from "./histogram.ts";
import { sliceOf } from "./history.ts";
import { LastTable } from "./lasttable.ts";
import { Lines } from "./lines.ts";
import { clock, grouped, paced, spell } from "../words.ts";
import type { Scene } from "./scene.ts";
import { Tops } from "./tops.ts";
import type { Track } from "./track.ts";

export interface Moment extends Scene {
  bands: Band[];
  badge: Badge;
  filling: boolean;
  /** Why not all of it came, where it is known that no more will. */
  refused: string;
  /** What of the window lies before this time is deleted; 0 where nothing is. */
  expired: number;
}

const kLoading: NoteText = { kind: "loading", heading: "", text: "" };

export function panelView(spec: PanelSpec, channel: Channel | undefined, track: Track | undefined, moment: Moment): PanelView {
  const base = {
    id: spec.id, badge: moment.badge, bands: moment.bands, left: channel ? leftOut(channel, track, moment) : "", aside: channel ? aside(channel) : "",
    note: null, unit: channel ? unitOf(spec, channel) : "", during: during(spec, moment.span), noun: channel?.profile.noun ?? "key",
  };
  const bare = { ...base, kind: "note" as const, badge: { kind: "none" as const, text: "" } };
  if (!channel) return { ...bare, note: kLoading }; // nobody knows yet whether there is such a channel
  if (channel.refused) return { ...bare, note: refusal(spec.channel) };
  const aggregator = track?.aggregators.get(spec.id);
  const whole = channel.profile.whole(spec.field);
  if (aggregator instanceof Lines) {
    const view = aggregator.view(moment);
    return { ...base, kind: "time", ...view, whole, note: view.series.length ? null : nothing(spec, channel, moment) };
  }
  if (aggregator instanceof Histogram) {
    const view = aggregator.view(moment);
    return { ...base, kind: "histogram", ...view, whole, note: view.total ? null : nothing(spec, channel, moment) };
  }
  if (aggregator instanceof Tops) {
    const view = aggregator.view(moment.at, moment.span);
    return { ...base, kind: "top", ...view, note: view.total ? null : nothing(spec, channel, moment) };
  }
  if (aggregator instanceof LastTable) return { ...base, ...lastView(aggregator, channel), note: null };
  return { ...bare, note: nothing(spec, channel, moment) };
}

function lastView(table: LastTable, channel: Channel) {
  const { fields, rows, more } = table.view(-Infinity), { profile, columns } = channel;
  return {
    kind: "last" as const, rows, more,
    fields: fields.map(i => ({
      name: columns.numbers[i], unit: channel.unitOf(columns.numbers[i]), min: profile.low[i], max: profile.high[i], whole: !profile.broken[i],
    })),
  };
}

function unitOf(spec: PanelSpec, channel: Channel): string {
  if (spec.kind === "last" || spec.kind === "note") return "";
  if (spec.kind === "top") return "count";
  if (spec.aggregate === "rate") return "per s";
  if (spec.aggregate === "count") return "records";
  return channel.unitOf(spec.field);
}

/** Lines show their time, others don't; of a line that counts nobody sees how long it counts for. */
function during(spec: PanelSpec, span: number): string {
  if (spec.kind === "time" && spec.aggregate === "count") return `in ${spell(sliceOf(span))}`;
  return spec.kind === "top" || spec.kind === "histogram" ? inWindow(span) : "";
}

export function inWindow(span: number): string {
  return span < 3_600_000 ? `in ${span / 60_000} m` : `in ${span / 3_600_000} h`;
}

/** What had to be left out, in words; empty when nothing was. */
function leftOut(channel: Channel, track: Track | undefined, { refused, expired }: Moment): string {
  const { columns } = channel, list: string[] = [];
  if (expired) list.push(`what is older than ${clock(expired)}, for Kafka has deleted it`);
  if (refused) list.push(`what the bridge would not send (${spaced(refused)})`);
  if (columns.leftOut) list.push(`${fields(columns.leftOut)} beyond the first ${columns.numbers.length + columns.texts.length}`);
  if (columns.deep) list.push(`${fields(columns.deep)} nested deeper than 6 levels`);
  if (columns.beyond) list.push(`fields beyond the first ${kLeaves}`);
  if (columns.notNumbers) list.push(`what is no number in ${fields(columns.notNumbers)} of numbers`);
  if (track?.early) list.push(`${grouped(track.early)} records dated in the future`);
  if (track?.late) list.push(`${grouped(track.late)} records older than the window`);
  return list.length ? `Left out: ${list.join("; ")}.` : "";
}

/** What no panel could show anyway, and how texts are told apart. */
function aside({ columns }: Channel): string {
  const list: string[] = [], long = [columns.keys, ...columns.words].some(({ cut }) => cut);
  if (columns.lists) list.push(`Lists are not drawn (${fields(columns.lists)}).`);
  if (long) list.push(`Texts with the same first ${kLongest - 1} characters count as one.`);
  return list.join(" ");
}

function fields(n: number): string {
  return n === 1 ? "1 field" : `${grouped(n)} fields`;
}

function refusal(name: string): NoteText {
  return {
    kind: "locked", heading: "Not available to you",
    text: `This link names the channel “${name}”. It does not exist, or your token does not cover it. Ask whoever runs the bridge.`,
  };
}

/** Why there is nothing to draw. Lost, quiet and not drawable look and read differently. */
function nothing(spec: PanelSpec, channel: Channel, moment: Moment): NoteText | null {
  if (moment.filling) return kLoading;
  if (moment.refused) return denied(channel, moment.refused);
  const loss = channel.outages.losses.find(g => g.from <= moment.at && g.to >= moment.at - moment.span);
  if (loss && channel.lastSeen < loss.from) return gone(loss);
  if (channel.profile.records > 0 && spec.kind === "note") return undrawable(channel);
  if (channel.unserved) return { kind: "locked", heading: "Not available now", text: `The bridge does not get “${channel.title || channel.name}” from Kafka: ${channel.unserved}. This panel goes on by itself when it does.` };
  if (channel.missing) return { kind: "quiet", heading: "The topic is gone", text: `Kafka has no topic “${channel.topic}” now. This panel goes on when it is back.` };
  if (moment.at <= channel.earliest) return { kind: "gone", heading: "Not kept any more", text: `The oldest record that Kafka still has of “${channel.title || channel.name}” is of ${clock(channel.earliest)}.` };
  const { open } = channel.outages;
  if (open && open.from < moment.at) return spec.kind === "time" ? null : kLoading; // its hatch, or its badge, says more
  const since = channel.lastTime && channel.lastTime < moment.at ? ` since ${clock(channel.lastTime)}` : " in this time";
  return { kind: "quiet", heading: "No records in this window", text: `Nothing was produced${since}. This is not an outage.` };
}

function denied(channel: Channel, why: string): NoteText {
  return {
    kind: "locked", heading: "This time is not available",
    text: `The bridge would not send the history of “${channel.title || channel.name}”: ${spaced(why)}. Going to this time again asks again.`,
  };
}

function spaced(code: string): string {
  return code.replace(/_/g, " ");
}

function gone(loss: { first: number; next: number; offsets: number; partition: number; reason: string }): NoteText {
  const range = `offsets ${grouped(loss.first)} to ${grouped(loss.next - 1)} of partition ${loss.partition}`;
  const text = loss.reason === "expired"
    ? `Retention deleted ${range} before this page could read them. They will not come back.`
    : `Kafka could not decode ${range}. They will not come back.`;
  return { kind: "gone", heading: `Gap of ${grouped(loss.offsets)}: ${loss.reason}`, text };
}

function undrawable(channel: Channel): NoteText {
  const { profile } = channel, rate = channel.rate > 0 ? `, ${paced(channel.rate)} per second` : "";
  const json = profile.records - profile.texts - profile.binaries - profile.deletes;
  const kinds: [number, string][] = [[profile.texts, "text, not JSON with numbers"], [profile.binaries, "bytes, neither JSON nor text"], [profile.deletes, "deletions, without a value"], [json, "JSON without numbers"]];
  const what = kinds.sort((a, b) => b[0] - a[0])[0][1];
  return { kind: "wrong", heading: "Nothing to draw", text: `These records are ${what}. They are in Records${rate}.` };
}
