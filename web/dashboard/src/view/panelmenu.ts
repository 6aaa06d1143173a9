// What can be done with a panel, and with a channel: the entries of their menus.
import type { Aggregate, ChannelView, PanelKind, PanelSpec } from "../messages.ts";
import type { Entry } from "./menu.ts";
import { titleOf } from "./panels/panel.ts";

export interface Deeds {
  /** Back to what the data suggests. */
  reset(): void;
  change(id: string, change: Partial<PanelSpec>): void;
  /** Another field, group or aggregate is another panel: it takes this one's place. */
  replace(id: string, spec: PanelSpec): void;
  add(spec: PanelSpec): void;
  rename(id: string): void;
  showRecords(channel: string): void;
  full(id: string): void;
  follow(channel: string): void;
}

const kAggregates: [Aggregate, string][] = [["last", "last"], ["mean", "mean"], ["min", "min"], ["max", "max"], ["p95", "p95"], ["spread", "p50 p95 p99"], ["rate", "rate"], ["count", "count"]];
const kKinds: [PanelKind, string][] = [["time", "Lines over time"], ["histogram", "Distribution"], ["last", "Last value by key"], ["top", "Top names"], ["stat", "Key figure"]];
const kWidths = [4, 5, 6, 7, 8, 12];
const kTogether = "all together";

export function panelEntries(spec: PanelSpec, channel: ChannelView | undefined, deeds: Deeds): Entry[] {
  return [
    ...questions(spec, channel, deeds),
    ...(spec.kind === "stat" ? [] : [{ name: "Width", value: `${spec.width} of 12`, items: () => kWidths.map(width => option(`${width} of 12`, width === spec.width, () => deeds.change(spec.id, { width }))) }]),
    "line",
    ...(spec.kind === "stat" ? [] : [{ name: spec.table ? "Show as chart" : "Show as table", disabled: spec.kind === "last" || spec.kind === "note", run: () => deeds.change(spec.id, { table: !spec.table }) }]),
    { name: "Show records", run: () => deeds.showRecords(spec.channel) },
    ...(spec.kind === "stat" ? [] : [{ name: "Full screen", value: "F", run: () => deeds.full(spec.id) }]),
    { name: "Rename", run: () => deeds.rename(spec.id) },
    "line",
    { name: "Hide", run: () => deeds.change(spec.id, { hidden: true }) },
  ];
}

/** What a panel asks of the data. */
function questions(spec: PanelSpec, channel: ChannelView | undefined, deeds: Deeds): Entry[] {
  const { kind, field, aggregate, group } = spec, isFigure = kind === "stat", keys = channel?.keys ?? [];
  const aggregates = kAggregates.filter(([name]) => name === "rate" || name === "count" || (field !== "" && !(isFigure && name === "spread")));
  return [
    ...(kind !== "top" && kind !== "note" ? [{ name: "Field", value: field || "records", items: () => fields(spec, channel, deeds) }] : []),
    ...(kind === "time" || isFigure ? [{ name: "Aggregate", value: aggregate === "spread" ? "p50 p95 p99" : aggregate, items: () => aggregates.map(([name, text]) => option(text, name === aggregate, () => deeds.replace(spec.id, remade(spec, { aggregate: name })))) }] : []),
    ...(kind === "time" || kind === "top" ? [{ name: "Group by", value: groupName(group, channel), items: () => groups(spec, channel, deeds) }] : []),
    ...(isFigure && (group || keys.length) ? [{ name: "Key", value: group || kTogether, items: () => [...new Set(["", ...keys, group])].map(key => option(key || kTogether, key === group, () => deeds.replace(spec.id, remade(spec, { group: key })))) }] : []),
  ];
}

export function channelEntries(channel: ChannelView, panels: PanelSpec[], deeds: Deeds): Entry[] {
  const hidden = panels.filter(spec => spec.channel === channel.name && spec.hidden);
  return [
    ...(channel.followed ? [] : [{ name: "Follow", run: () => deeds.follow(channel.name) }, "line" as const]),
    { name: "Show its records", run: () => deeds.showRecords(channel.name) },
    "line",
    ...kKinds.map(([kind, name]) => ({ name, disabled: !possible(kind, channel), items: () => additions(kind, channel, deeds) })),
    ...(hidden.length ? ["line" as const, { name: "Show again", value: String(hidden.length), items: () => hidden.map(spec => ({ name: spec.title || titleOf(spec, channel.keyNoun), run: () => deeds.change(spec.id, { hidden: false }) })) }] : []),
    "line",
    { name: "All panels as the data suggests", run: () => deeds.reset() },
  ];
}

function fields(spec: PanelSpec, channel: ChannelView | undefined, deeds: Deeds): Entry[] {
  const list = channel?.numbers ?? [], counted = spec.kind === "time" || spec.kind === "stat" ? [option("records (count only)", spec.field === "", () => deeds.replace(spec.id, remade(spec, { field: "", aggregate: "rate" })))] : [];
  const plain = (field: string): Partial<PanelSpec> => ({ field, ...(spec.field === "" ? { aggregate: "mean" as const } : null) });
  return [...list.map(field => option(field, field === spec.field, () => deeds.replace(spec.id, remade(spec, plain(field))))), ...counted];
}

function groups(spec: PanelSpec, channel: ChannelView | undefined, deeds: Deeds): Entry[] {
  const choices: [string, string][] = [...(spec.kind === "top" ? [] : [["", kTogether] as [string, string]]), ["key", channel?.keyNoun === "key" || !channel ? "key" : `key (${channel.keyNoun})`], ...(channel?.texts ?? []).map((path): [string, string] => [path, path])];
  return choices.map(([group, name]) => option(name, group === spec.group, () => deeds.replace(spec.id, remade(spec, { group }))));
}

function additions(kind: PanelKind, channel: ChannelView, deeds: Deeds): Entry[] {
  const make = (field: string, group: string, aggregate: Aggregate, width: number) => () => deeds.add(remade({ id: "", kind, channel: channel.name, field, group, aggregate, width }, {}));
  const series = channel.keyNoun !== "key" ? "key" : "";
  if (kind === "top") return ["key", ...channel.texts].map(group => ({ name: group, run: make("", group, "count", 5) }));
  if (kind === "last") return [{ name: "all fields", run: make(channel.fields[0] ?? "", "key", "last", 7) }];
  const counted: Entry[] = kind === "histogram" ? [] : [{ name: "records per second", run: make("", "", "rate", 6) }];
  const aggregate: Aggregate = kind === "histogram" ? "spread" : kind === "stat" ? "mean" : "last";
  return [...channel.numbers.map(field => ({ name: field, run: make(field, kind === "time" ? series : "", aggregate, 6) })), ...counted];
}

function possible(kind: PanelKind, channel: ChannelView): boolean {
  if (kind === "top") return channel.keyed || channel.texts.length > 0;
  return channel.numbers.length > 0 && (kind !== "last" || channel.keyed);
}

function remade(spec: PanelSpec, change: Partial<PanelSpec>): PanelSpec {
  const next = { ...spec, ...change, auto: false };
  return { ...next, id: [next.kind, next.channel, next.field, next.group, next.aggregate].join("\u241f") };
}

function option(name: string, chosen: boolean, run: () => void): Entry {
  return { name, chosen, run };
}

function groupName(group: string, channel: ChannelView | undefined): string {
  if (group === "") return kTogether;
  return group === "key" ? channel?.keyNoun ?? "key" : group;
}
