// The Worker's whole, before a fake bridge: what is asked for, what is counted, what is said. Its polls come when told.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Engine } from "../../src/engine/engine.ts";
import { make } from "../../src/engine/infer.ts";
import type { PanelSpec, Receipt, View } from "../../src/messages.ts";
import { FakeBridge } from "../fake/bridge.ts";
import { Listed, type Source } from "../fake/source.ts";
import { until } from "./line.ts";

let bridge: FakeBridge, url: string, engine: Engine, receipts: Receipt[], shown: Map<string, PanelSpec[]>, seen: View;

beforeEach(async () => {
  [bridge, receipts] = [new FakeBridge("/nowhere", []), []];
  url = await bridge.listen();
  mock.timers.enable({ apis: ["setInterval"] });
});

afterEach(async () => {
  engine.do({ do: "away", on: true });
  mock.timers.reset();
  await bridge.close();
});

function open(source: Source, { span = 60_000, panels = [] as PanelSpec[], at = null as number | null } = {}): void {
  bridge.channels.set(source.name, source);
  shown = new Map();
  seen = {} as View;
  engine = new Engine({ do: "open", url, api: `${url}api/channels`, span, at, panels }, message => {
    if (message.is !== "layout" || panels.length) return;
    const all = [...shown.set(message.channel, message.panels).values()].flat();
    engine.do({ do: "panels", panels: all, visible: all.map(({ id }) => id) });
  }, () => {});
}

/** Parts that come now and then are those that came last. */
function look(): View {
  seen = { ...seen, ...engine.view() };
  if (seen.receipt?.phase === "done") receipts.push(seen.receipt);
  return seen;
}

/** The list of channels is asked for and answered. */
async function polled(): Promise<void> {
  const before = bridge.lists;
  await until(() => (mock.timers.tick(3000), bridge.lists > before));
}

const push = (log: Listed, n: number, t: number) => Array.from({ length: n }, (_, i) => log.push({ t: t + i, k: "a", v: `{"v":${i}}` }));
const newest = () => look().offsets?.rows[0]?.offset;

test("a bridge that lists nothing yet takes no channel away: what was missed comes, once, with its receipt", async () => {
  const log = new Listed("log");
  push(log, 20, Date.now() - 5000);
  open(log);
  await until(() => look().status.word === "live" && newest() === 19);
  bridge.deaf = true;
  bridge.dropAll();
  await until(() => look().status.word === "offline");
  mock.timers.tick(3000); // asks, and waits for an answer until the bridge is back
  push(log, 30, Date.now() - 600_000); // nobody who begins anew would ask so far back
  [bridge.blank, bridge.deaf] = [true, false];
  engine.do({ do: "retry" });
  await until(() => look().status.word !== "offline");
  await polled();
  await polled();
  bridge.blank = false;
  await polled();
  await until(() => look().status.word === "live" && receipts.length);
  push(log, 1, Date.now());
  await until(() => newest() === 50);
  const { status } = look();
  assert.deepEqual([status.word, status.done, receipts.map(({ updates, lost }) => [updates, lost])], ["live", 51, [[30, 0]]]);
});

test("a channel that is refused and comes back is begun anew: nothing is counted twice", async () => {
  const log = new Listed("log"), count = make("log", "stat", "", "", "count", 1);
  const counted = () => until(() => look().stats?.[0]?.value === log.latest(0));
  push(log, 20, Date.now() - 5000);
  open(log, { panels: [count] });
  engine.do({ do: "panels", panels: [count], visible: [] });
  await counted();
  bridge.forbidden.add("log");
  bridge.dropAll();
  engine.do({ do: "retry" });
  await until(() => look().channels?.length === 0);
  bridge.forbidden.clear();
  await polled();
  await until(() => look().channels?.[0]?.followed);
  push(log, 1, Date.now() - 1500);
  await counted();
});

test("of a topic that is made anew nothing of the old one is shown, nor counted", async () => {
  const log = new Listed("log"), again = new Listed("log"), count = make("log", "stat", "", "", "count", 1), value = () => look().stats?.[0]?.value;
  push(log, 20, Date.now() - 5000);
  open(log, { panels: [count] });
  engine.do({ do: "panels", panels: [count], visible: [] });
  await until(() => value() === 20);
  push(again, 7, Date.now() - 4000);
  bridge.recreate(again);
  const values: number[] = [];
  await until(() => (values.push(value()!), newest() === 6 && look().loading === 0 && value() === 7));
  assert.deepEqual(values.slice(values.findIndex(n => n !== 20)).filter(n => n > 7), []); // nor while the old ones slide out
});

test("topics that are gone keep their places until others come, and those that a link names for good", async () => {
  const count = make("t0", "stat", "", "", "count", 1), name = (i: number) => `t${i}`;
  const followed = () => look().channels?.filter(({ followed }) => followed).map(channel => channel.name).sort();
  const names = (...list: number[]) => list.map(name).sort(), range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  for (const i of range(1, 12)) bridge.channels.set(name(i), new Listed(name(i)));
  open(new Listed("t0"), { panels: [count] });
  await until(() => followed()?.length === 12 && look().status.word === "live");
  for (const i of range(0, 4)) bridge.tell({ status: { channel: name(i), topic: "missing", since: bridge.now() } });
  await until(() => look().channels?.filter(({ note }) => note === "topic is gone").length === 4);
  await polled();
  assert.deepEqual(followed(), names(...range(0, 12)));
  for (const i of range(12, 15)) bridge.channels.set(name(i), new Listed(name(i)));
  await until(() => (mock.timers.tick(3000), followed()?.includes("t14")));
  for (const _ of range(0, 3)) await polled();
  assert.deepEqual(followed(), names(0, ...range(4, 15)));
});

test("a bridge that has only just started is asked twice before a link's channel is said not to be there", async () => {
  const gone = make("gone", "time", "v", "", "last", 6), note = () => look().panels[0]?.note;
  open(new Listed("log"), { panels: [gone] });
  engine.do({ do: "panels", panels: [gone], visible: [gone.id] });
  await until(() => look().channels?.length === 1);
  assert.equal(note()?.kind, "loading");
  bridge.setKafka(false);
  await until(() => look().status.word === "kafka");
  for (let i = 0; i < 2; i++) await polled();
  assert.equal(note()?.kind, "loading");
  bridge.setKafka(true);
  await until(() => (mock.timers.tick(3000), note()?.kind === "locked"));
});

test("a channel that nothing is heard of for all of an outage is not said to be quiet", async () => {
  const log = new Listed("log"), panel = make("log", "time", "v", "", "last", 6), shown = () => look().panels[0];
  open(log, { panels: [panel] });
  engine.do({ do: "panels", panels: [panel], visible: [panel.id] });
  await until(() => shown()?.note?.kind === "quiet" && shown().badge.text === "exact");
  bridge.deaf = true;
  bridge.dropAll();
  await until(() => look().status.word === "offline");
  assert.deepEqual([shown().note, shown().badge.kind], [null, "outage"]);
});

test("who can't connect is told so, and what may help, after the first attempt", async () => {
  bridge.deaf = true;
  open(new Listed("log"));
  assert.deepEqual([look().status.word, look().status.hint], ["connecting", "no answer so far; this page tries again by itself"]);
  await until(() => look().status.word === "offline");
  await until(() => look().status.hint.includes("origin not allowed"));
  assert.ok(look().status.since > 0);
});

test("who goes elsewhere before there is a connection stays there, whatever moment the address names", async () => {
  const log = new Listed("log"), now = Date.now();
  push(log, 1, now - 5000);
  bridge.blank = true;
  open(log, { at: now - 3_600_000 });
  await polled();
  engine.do({ do: "seek", at: now - 60_000, dragging: false });
  bridge.blank = false;
  await until(() => (mock.timers.tick(3000), look().channels?.[0]?.followed));
  assert.deepEqual([look().mode, look().at], ["past", now - 60_000]);
  engine.do({ do: "away", on: true });
  bridge.blank = true;
  open(log, { at: now - 3_600_000 });
  await polled();
  engine.do({ do: "pause", on: true });
  bridge.blank = false;
  await until(() => (mock.timers.tick(3000), look().channels?.[0]?.followed));
  assert.ok(look().mode !== "live" && look().at >= now); // panels that come into sight then show that moment
});

test("paused, the rail goes on", async () => {
  const log = new Listed("log");
  push(log, 1, Date.now() - 5000);
  open(log);
  await until(() => look().status.word === "live" && newest() === 0);
  engine.do({ do: "pause", on: true });
  push(log, 50, Date.now());
  await until(() => look().channels?.[0]?.line.some(y => y > 10));
});

test("panels of a link are filled to the left end of their window, where a busy channel's subscription begins late", async () => {
  const log = Object.assign(new Listed("log"), { rate: () => 1e6 }), count = make("log", "stat", "", "", "count", 1), now = Date.now();
  for (let i = 0; i < 90; i++) push(log, 1, now - 100_000 + i * 1000);
  open(log, { panels: [count], span: 300_000 });
  await until(() => look().stats?.[0]?.value === 90);
  assert.equal(look().loading, 0);
});

test("a window of which Kafka has deleted the beginning is read up to there before it is said to be partly expired", async () => {
  const log = Object.assign(new Listed("log"), { rate: () => 1e6 }), panel = make("log", "time", "v", "", "last", 6), badge = () => (engine.tick(), look().panels[0]?.badge.text);
  for (let i = 0; i < 190; i++) push(log, 1, Date.now() - 200_000 + i * 1000);
  log.gone[0] = 20;
  bridge.slow = Infinity;
  open(log, { panels: [panel], span: 300_000 });
  engine.do({ do: "panels", panels: [panel], visible: [panel.id] });
  await until(() => (badge(), look().panels[0]?.left.includes("Kafka has deleted") && look().loading > 0 && look().status.word === "live"));
  assert.equal(badge(), "replaying");
  bridge.slow = 0;
  await until(() => look().loading === 0);
  assert.equal(badge(), "partly expired");
});

test("what is read for a panel that is gone is read no more", async () => {
  const panels = ["mean", "min", "max", "last"].map(how => make("log", "time", "v", "", how as "mean", 6)), log = Object.assign(new Listed("log"), { rate: () => 1e6 });
  push(log, 2000, Date.now() - 100_000);
  bridge.slow = 5000;
  open(log, { panels: panels.slice(0, 1), span: 300_000 });
  await until(() => look().loading === 1);
  for (const panel of panels) engine.do({ do: "panels", panels: [panel], visible: [panel.id] });
  assert.equal(look().loading, 2); // that of the last one, and the rail's
  bridge.forbidden.add("log");
  bridge.tell({ unsubscribed: { channel: "log", code: "forbidden" } });
  await until(() => look().channels?.length === 0);
  assert.equal(look().loading, 0);
});

test("a busy channel's rate is known for all of the window, although its panels come after it", async () => {
  const log = Object.assign(new Listed("log"), { rate: () => 1e6 }), now = Date.now();
  for (let i = 0; i < 290; i++) push(log, 1, now - 290_000 + i * 1000);
  open(log, { span: 300_000 });
  await until(() => (look().channels?.[0]?.line ?? []).filter(Number.isFinite).length > 60);
});

test("who reads the list is left in peace at another time, too", async () => {
  const log = new Listed("log"), then = Date.now() - 3_600_000;
  for (let i = 0; i < 600; i++) push(log, 1, then + i * 100);
  open(log);
  await until(() => (({ word, channels }) => word === "live" && channels === 1)(look().status));
  engine.do({ do: "feed", first: 0, rows: 5, hold: true });
  engine.do({ do: "seek", at: then + 20_000, dragging: false });
  const top = () => (look().feed?.items[0] as { offset: number } | undefined)?.offset;
  await until(() => look().loading === 0 && top() === 200);
  engine.do({ do: "play", speed: 20 });
  await until(() => (engine.tick(), look().at > then + 40_000));
  await until(() => (look().feed?.fresh ?? 0) > 50);
  assert.equal(top(), 200);
});

test("a channel that is granted late begins at its window's left end then, not at that of when the page came", async () => {
  const log = new Listed("log");
  bridge.denied.add("log");
  open(log);
  await until(() => look().channels?.[0]?.note === "topic unavailable");
  push(log, 5, Date.now());
  bridge.ahead = 600_000; // that time goes by
  push(log, 1, bridge.now() - 5000);
  bridge.denied.clear();
  bridge.dropAll();
  engine.do({ do: "retry" });
  await until(() => newest() === 5);
  assert.equal(look().status.done, 1);
});

test("what is configured to come first does, although it is told after the first records", async () => {
  const log = new Listed("log"), first = () => shown.get("log")?.find(({ kind }) => kind === "time")?.field;
  for (let i = 0; i < 20; i++) log.push({ t: Date.now() - 5000 + i, k: "x", v: `{"a":${i % 3},"b":${i}}` });
  open(log);
  await until(() => first() === "a");
  log.fields = ["b"];
  bridge.channels.set("other", new Listed("other")); // what is new makes the page ask again
  await polled();
  await until(() => first() === "b");
});
