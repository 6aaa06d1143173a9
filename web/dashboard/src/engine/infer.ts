// Which panels a channel gets, from what its data is. Pure: profile in, specifications out.
import type { Aggregate, PanelKind, PanelSpec } from "../messages.ts";
import type { Profile } from "./profile.ts";

const kDuration = /(latency|duration|elapsed|took|response|wait|rtt|lag)|(_ms|_us|_ns|_seconds|_secs)$/i;
const kIdentity = /(^|[._])(id|ids|uuid|seq|sequence|offset|ts|time|timestamp|epoch|version|port|year|zip|lat|lon|lng|latitude|longitude)$|(_id|Id|_at|_ts)$/;
const kSteady = /(total|count|items|qty|quantity)$/i;

/** Panels of one channel, in the order of their worth. Stats are among them. */
export function infer(channel: string, profile: Profile): PanelSpec[] {
  if (profile.records === 0) return [];
  const fields = numericFields(profile);
  if (fields.length === 0) return [make(channel, "note", "", "", "count", 4)];
  return profile.eventful ? events(channel, profile, fields) : entities(channel, profile, fields);
}

/** Numeric fields worth drawing, best first. */
export function numericFields(profile: Profile): string[] {
  const { wanted } = profile, numbers = [...profile.columns.numbers];
  const seen = new Map(numbers.map((path, i) => [path, profile.seen[i]])), rank = (path: string) => (wanted.includes(path) ? wanted.indexOf(path) : wanted.length);
  numbers.sort((a, b) => rank(a) - rank(b));
  const often = numbers.filter(path => seen.get(path)! * 20 >= profile.sampled);
  const moving = often.filter(path => !identity(path, profile));
  return moving.length ? moving : often;
}

/** Something that is measured over and over: lines by key, the last value of every key. */
function entities(channel: string, profile: Profile, fields: string[]): PanelSpec[] {
  const [first, ...others] = fields, many = profile.columns.keys.size > 1, by = profile.keyed ? "key" : "";
  const list = [make(channel, "time", first, by, "last", 8)];
  if (by && (many || fields.length > 1)) list.push(make(channel, "last", first, "key", "last", 7));
  for (const field of others.slice(0, 4)) list.push(make(channel, "time", field, by, "last", 6));
  for (const field of fields.slice(0, 2)) list.push(stat(channel, field, "mean"));
  return list;
}

/** Something that happens: how often, how long, of what kind. */
function events(channel: string, profile: Profile, fields: string[]): PanelSpec[] {
  const duration = fields.find(field => kDuration.test(field));
  const kinds = categories(profile), [kind, second] = kinds;
  const list: PanelSpec[] = [];
  if (duration) list.push(make(channel, "histogram", duration, "", "spread", 4));
  list.push(make(channel, "time", "", kind ?? "", "rate", 6));
  if (duration) list.push(make(channel, "time", duration, "", "spread", 6));
  const amounts = fields.filter(field => field !== duration && !kSteady.test(field));
  const top = widest(profile) ?? second ?? kind;
  if (top) list.push(make(channel, "top", "", top, "count", 5));
  for (const field of amounts.slice(0, duration ? 1 : 3)) list.push(make(channel, "time", field, kind ?? "", "mean", 6));
  list.push(stat(channel, "", "rate"));
  if (amounts[0]) list.push(stat(channel, amounts[0], "mean"));
  if (duration) list.push(stat(channel, duration, "p95"));
  return list;
}

/** Text fields with a handful of values, the ones with a good number of lines first. */
function categories(profile: Profile): string[] {
  const { texts, words } = profile.columns;
  const size = (path: string) => words[texts.indexOf(path)].size;
  const good = texts.filter((_, i) => words[i].size >= 2 && words[i].size <= 12 && profile.worded[i] * 2 >= profile.sampled);
  return good.sort((a, b) => Math.abs(size(a) - 4.5) - Math.abs(size(b) - 4.5));
}

/** A text field with many values that come again: worth a ranking. */
function widest(profile: Profile): string | undefined {
  const { texts, words } = profile.columns;
  const many = texts.filter((_, i) => words[i].size > 12 && words[i].size * 2 < profile.worded[i]);
  return many.sort((a, b) => words[texts.indexOf(a)].size - words[texts.indexOf(b)].size)[0];
}

/** A number that names or dates something, or only ever counts up. */
function identity(path: string, profile: Profile): boolean {
  const at = profile.columns.numbers.indexOf(path);
  const still = profile.sampled > 50 && profile.low[at] === profile.high[at];
  return kIdentity.test(path) || still || profile.dated(at);
}

function stat(channel: string, field: string, aggregate: Aggregate): PanelSpec {
  return make(channel, "stat", field, "", aggregate, 1);
}

/** A specification; its id follows from its content, so the same panel made twice is the same. */
export function make(channel: string, kind: PanelKind, field: string, group: string, aggregate: Aggregate, width: number): PanelSpec {
  const id = [kind, channel, field, group, aggregate].join("\u241f");
  return { id, kind, channel, field, group, aggregate, width, auto: true };
}
