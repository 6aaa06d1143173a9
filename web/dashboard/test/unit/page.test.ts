import assert from "node:assert/strict";
import { test } from "node:test";
import { make } from "../../src/engine/infer.ts";
import { Channel } from "../../src/engine/channel.ts";
import { Row } from "../../src/engine/columns.ts";
import { panelView, type Moment } from "../../src/engine/panelview.ts";
import { Track } from "../../src/engine/track.ts";
import { panelEntries, type Deeds } from "../../src/view/panelmenu.ts";
import { parseInfo } from "../../src/engine/link.ts";
import { kNoBridge, type Aggregate, type ChannelView, type PanelSpec, type Status, type View } from "../../src/messages.ts";
import { formatAddress, parseAddress, unpack } from "../../src/view/address.ts";
import { axisFor, steady } from "../../src/view/axis.ts";
import { commands } from "../../src/view/connect.ts";
import { columnScale, figure, tickLabel } from "../../src/view/figures.ts";
import { Layout } from "../../src/view/layout.ts";
import { arrange, pack, tall } from "../../src/view/pack.ts";
import { titleOf } from "../../src/view/panels/panel.ts";
import { pillText } from "../../src/view/pill.ts";
import { kcatCommand } from "../../src/view/record.ts";
import { clock, grouped, spell } from "../../src/words.ts";

const cpu = { ...make("metrics", "time", "cpu", "key", "last", 8), title: "Überlast 🦩 <b>", colors: { "host-1": 3 } };

test("a share link brings back panels, window and moment", () => {
  const hash = formatAddress({ span: 300_000, at: 1_732_147_200_123, panels: [cpu, { ...make("orders", "top", "", "sku", "count", 5), hidden: true, table: true }] });
  const back = parseAddress(hash);
  assert.equal(back.span, 300_000);
  assert.equal(back.at, 1_732_147_200_123);
  assert.equal(back.panels[0].title, cpu.title);
  assert.deepEqual(back.panels[0].colors, { "host-1": 3 });
  assert.equal(back.panels[0].id, cpu.id);
  assert.deepEqual([back.panels[1].hidden, back.panels[1].table, back.panels[1].width], [true, true, 5]);
  assert.match(hash, /^#[\w=&.-]+$/);
});

test("who follows a link sees the same rows as who sent it, and all of them", () => {
  const tables = Array.from({ length: 200 }, (_, i) => make("m", "last", `f${i}`, "key", "last", 7)), layout = new Layout();
  layout.load(tables);
  layout.change(tables[199].id, { title: "mine" });
  const { panels } = parseAddress(formatAddress({ span: 60_000, at: null, panels: layout.panels }));
  assert.deepEqual(pack(panels), pack(layout.panels));
  assert.deepEqual([panels.length, panels[0].auto, panels[199].auto, pack(panels).slice(0, 2)], [200, true, false, [6, 6]]);
});

test("a chart that leads goes on leading when channels come after it", () => {
  const layout = new Layout(), panels = (channel: string) => [make(channel, "time", "cpu", "key", "last", 8), make(channel, "last", "cpu", "key", "last", 7), make(channel, "time", "mem", "key", "last", 6)];
  for (const channel of ["busiest", "next", "third"]) layout.propose(channel, panels(channel), false, 0);
  assert.deepEqual(layout.panels.slice(0, 3).map(({ channel, kind, field }) => [channel, kind, field]), ["busiest", "next", "third"].map(channel => [channel, "time", "cpu"]));
});

test("an address of nonsense is an empty one", () => {
  const pack64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  for (const panels of ["!!", "e30", pack64(7), pack64([[1, 2, 3]]), pack64([["time", "", "", "", "last"]]), pack64([["script", "c", "f", "", "last", 6, "", 0, {}]]), pack64([["time", "c".repeat(300), "f", "", "last", 6, ""]])]) {
    assert.deepEqual(unpack(panels), [], panels);
  }
  for (const hash of ["", "#at=-5", "#at=1e99", "#window=9y&at=x"]) assert.deepEqual({ ...parseAddress(hash) }, { span: 0, at: null, panels: [], token: "" });
  assert.equal(unpack(pack64(Array(500).fill(["time", "c", "f", "", "last", 6, ""]))).length, 1);
});

test("a link with more percentiles than a page has memory for shows the first of them, and all that is cheap", () => {
  const layout = new Layout(), panels = (group: string, aggregate: Aggregate, n: number) => Array.from({ length: n }, (_, i) => make("a", "time", `f${i}`, group, aggregate, 6));
  assert.equal(layout.load([...panels("key", "p95", 300), ...panels("key", "mean", 300)]), 286);
  assert.deepEqual([13, 14, 299, 300, 599].map(i => !!layout.panels[i].hidden), [false, true, true, false, false]);
  assert.equal(layout.load(panels("", "p95", 133)), 0);
});

test("rows of the sheet have no holes", () => {
  const widths = (list: number[], auto = false) => pack(list.map(width => ({ width, auto })));
  assert.deepEqual(widths([8, 4, 6, 6, 7, 5]), [8, 4, 6, 6, 7, 5]);
  assert.deepEqual(widths([8, 8, 3]), [12, 9, 3]);
  assert.deepEqual(widths([8, 8, 8], true), [6, 6, 12]);
  assert.deepEqual(widths([]), []);
});

test("rows fill their room, or half of the next is seen: never a title alone, nor all but the foot", () => {
  for (let room = 220; room < 1600; room++) {
    const row = tall(room) + 1, left = room % row;
    assert.ok(row >= 190 && ((left >= 110 && left < 170) || left < Math.floor(room / row)), `${room}: ${row}, and ${left}`);
  }
  assert.equal(tall(659), 218);
  assert.equal(tall(600), 199);
  assert.equal(tall(100), 212);
});

test("channels share the key figures, charts come before tables, words come last", () => {
  const specs = [make("t", "note", "", "", "count", 4), make("m", "time", "cpu", "key", "last", 8), make("m", "last", "cpu", "key", "last", 7), make("o", "histogram", "ms", "", "spread", 4), make("o", "top", "", "sku", "count", 5), make("m", "stat", "cpu", "", "mean", 1)];
  assert.deepEqual(arrange(specs).map(s => s.kind), ["stat", "time", "histogram", "last", "top", "note"]);
});

test("of key figures that made themselves five are shown; the sixth waits in its channel's menu, and what the reader adds is shown", () => {
  const layout = new Layout(), shown = () => layout.panels.filter(spec => !spec.hidden).map(spec => spec.field).join("");
  const stats = (channel: string, fields: string) => [...fields].map(field => make(channel, "stat", field, "", "mean", 1));
  layout.propose("a", stats("a", "1234"), false, 0);
  layout.propose("b", stats("b", "567"), false, 0);
  assert.equal(shown(), "12345");
  layout.propose("new", stats("new", "8"), true, 0);
  assert.equal(shown(), "12345");
  layout.change(layout.panels.find(spec => spec.field === "6")!.id, { hidden: false });
  layout.add(stats("a", "9")[0]);
  assert.equal(shown(), "123456" + "9");
  layout.propose("later", stats("later", "0"), false, 0);
  assert.equal(shown(), "1234569");
});

test("a key figure has the menu of a panel: field, aggregate, one key of those that come again, title, hide", () => {
  const spec = make("a", "stat", "cpu", "", "mean", 1), replaced: PanelSpec[] = [];
  const channel = { name: "a", fields: ["cpu"], numbers: ["cpu", "port"], texts: [], keys: ["host-1", "host-2"], keyNoun: "host" } as unknown as ChannelView;
  const entries = panelEntries(spec, channel, { replace: (_, next) => void replaced.push(next) } as Partial<Deeds> as Deeds).filter(entry => entry !== "line");
  assert.deepEqual(entries.map(entry => entry.name), ["Field", "Aggregate", "Key", "Show records", "Rename", "Hide"]);
  const choices = (name: string) => entries.find(entry => entry.name === name)!.items!().filter(entry => entry !== "line");
  assert.deepEqual(choices("Aggregate").map(({ name }) => name), ["last", "mean", "min", "max", "p95", "rate", "count"]);
  assert.deepEqual(choices("Field").map(({ name }) => name), ["cpu", "port", "records (count only)"]);
  assert.deepEqual(choices("Key").map(({ name, chosen }) => [name, chosen]), [["all together", true], ["host-1", false], ["host-2", false]]);
  choices("Key")[1].run!();
  assert.deepEqual(parseAddress(formatAddress({ span: 60_000, at: null, panels: replaced })).panels.map(({ kind, group, id }) => [kind, group, id]), [["stat", "host-1", replaced[0].id]]);
  assert.equal(titleOf(replaced[0], "host"), "cpu mean of host-1");
});

test("inference adds what is new and leaves alone what the reader touched", () => {
  const layout = new Layout(), first = make("a", "time", "x", "key", "last", 8), second = make("a", "time", "y", "key", "last", 6);
  layout.propose("a", [first], false, 0);
  assert.ok(layout.propose("a", [first, second], false, 5000));
  assert.equal(layout.propose("a", [first], false, 60_000), false);
  layout.change(first.id, { hidden: true });
  assert.equal(layout.propose("a", [second], false, 5000), false);
  layout.propose("new", [make("new", "time", "z", "key", "last", 8)], true, 0);
  assert.equal(layout.panels[0].channel, "new");
  layout.reset();
  assert.ok(layout.panels.every(spec => !spec.hidden));
});

test("a layout that was kept goes back to what the data suggests", () => {
  const layout = new Layout(), made = make("a", "time", "x", "key", "last", 8);
  layout.load([{ ...made, hidden: true, auto: false }]);
  layout.propose("a", [made], false, 0);
  assert.equal(layout.panels[0].hidden, true);
  layout.reset();
  assert.deepEqual(layout.panels.map(spec => [spec.id, spec.hidden]), [[made.id, undefined]]);
});

test("where records are counted there is nothing to take a mean of", () => {
  const offered = (field: string) => panelEntries(make("a", "time", field, "", "rate", 6), undefined, {} as Deeds)
    .flatMap(entry => (entry !== "line" && entry.name === "Aggregate" ? entry.items!() : [])).map(entry => entry !== "line" && entry.name);
  assert.deepEqual(offered(""), ["rate", "count"]);
  assert.ok(offered("x").includes("mean"));
});

const momentAt = (at: number, span = 60_000): Moment => ({
  at, span, late: 0, bands: [], holes: [], badge: { kind: "none", text: "" }, filling: false, refused: "", expired: 0, samples: [], covered: -Infinity, settled: true,
});

test("a count says of how long it is", () => {
  const channel = new Channel("a"), track = new Track(channel, null, 60_000), spec = make("a", "time", "", "", "count", 6);
  track.setPanels([spec], 60_000);
  const words = [60_000, 300_000, 3_600_000].map(span => panelView(spec, channel, track, momentAt(600_000, span))).map(({ unit, during }) => `${unit} ${during}`);
  assert.deepEqual(words, ["records in 1 s", "records in 5 s", "records in 15 s"]);
});

test("a time before all that Kafka keeps is not said to be quiet", () => {
  const channel = new Channel("a"), spec = make("a", "time", "x", "", "last", 6);
  channel.earliest = 500_000;
  const note = (at: number) => panelView(spec, channel, new Track(channel, null, 60_000), momentAt(at)).note?.kind;
  assert.equal(note(400_000), "gone");
  assert.equal(note(600_000), "quiet");
});

test("what no panel could show is told aside: no panel is partial for it", () => {
  const channel = new Channel("a"), row = new Row(), spec = make("a", "time", "x", "", "last", 6);
  const told = () => {
    const { left, aside } = panelView(spec, channel, new Track(channel, null, 60_000), momentAt(600_000));
    return [left, aside];
  };
  for (let i = 0; i < 3; i++) channel.columns.flatten({ x: i, tags: [i] }, row, 1);
  assert.deepEqual(told(), ["", "Lists are not drawn (1 field)."]);
  for (let i = 0; i < 3; i++) channel.columns.flatten({ x: "none", text: "x".repeat(200) }, row, 1);
  assert.deepEqual(told(), ["Left out: what is no number in 1 field of numbers.", "Lists are not drawn (1 field). Texts with the same first 119 characters count as one."]);
});

test("axes are round, steady, and never empty", () => {
  assert.deepEqual(axisFor(0, 100).ticks, [0, 25, 50, 75, 100]);
  assert.ok(axisFor(3, 3).ticks.length >= 2);
  assert.ok(axisFor(-7, 13).ticks.includes(0));
  const first = steady(null, 0, 90, "");
  assert.equal(steady(first, 0, 60, ""), first);
  assert.notEqual(steady(first, 0, 130, ""), first);
  assert.notEqual(steady(first, 0, 3, ""), first);
  assert.deepEqual([steady(null, 20, 60, "%").low, steady(null, 20, 60, "%").high], [0, 100]);
});

test("figures have the digits they deserve", () => {
  assert.deepEqual(figure(1234.567, "", false), { text: "1,235", unit: "" });
  assert.deepEqual(figure(8.44, "%", false), { text: "8.44", unit: "%" });
  assert.deepEqual(figure(2_500_000, "B/s", true), { text: "2.5", unit: "MB/s" });
  assert.deepEqual(figure(NaN, "ms", false), { text: "–", unit: "ms" });
  assert.deepEqual(figure(-0.5, "", false).text, "−0.50");
  assert.deepEqual(columnScale(5e7, "B/s"), { by: 1e6, unit: "MB/s" });
  assert.deepEqual([tickLabel(1500, 500, ""), tickLabel(0, 1, ""), tickLabel(2.5, 2.5, "")], ["1.5k", "0", "2.5"]);
  assert.equal(grouped(12_403), "12,403");
  assert.deepEqual([spell(14_000), spell(240_000), spell(7 * 86_400_000)], ["14 s", "4 min", "7 days"]);
  assert.equal(clock(NaN), "–");
});

test("commands are safe to paste, whatever a topic is called", () => {
  assert.match(kcatCommand({ topic: "orders", partition: 1, offset: 5 }, { kafka: "localhost:9092" }), /kcat -C -b localhost:9092 \\\n {2}-t orders -p 1 \\\n {2}-o 5 -c 1 -e -J/);
  assert.ok(kcatCommand({ topic: "a'; rm -rf ~ #", partition: 0, offset: 0 }, { kafka: "k:1" }).includes(`-t 'a'\\''; rm -rf ~ #'`));
  assert.deepEqual(commands({ ...kNoBridge, kafka: "127.0.0.1:9", demo: true }, true).map(([tool]) => tool), ["kcat", "tailrace produce"]);
  assert.deepEqual(commands(kNoBridge, false).map(([tool]) => tool), ["kcat", "console producer"]);
});

test("what the bridge says about itself is parsed, not trusted", () => {
  const info = parseInfo({ kafka: 7, demo: "yes", channels: [{ name: "a", units: { cpu: "%", x: 5 } }, { topic: "b" }, null, 3] });
  assert.deepEqual(info, { ...kNoBridge, channels: [{ name: "a", topic: "a", units: { cpu: "%" } }] });
  assert.deepEqual(parseInfo(null).channels, []);
});

const status: Status = { word: "live", since: 0, due: 0, reason: "", hint: "", done: 0, total: 0, behind: 42, rate: 1240, newest: 99_900, channels: 2 };
const view = (change: Partial<View>, s: Partial<Status> = {}): View => ({ now: 100_000, at: 100_000, mode: "live", speed: 0, playing: false, span: 60_000, held: 0, loading: 0, panels: [], receipt: null, status: { ...status, ...s }, ...change });
const says = (v: View) => [pillText(v).kind, pillText(v).word, ...pillText(v).facts].join(" · ");

test("the pill says how it is", () => {
  assert.equal(says(view({})), "live · LIVE · 42 ms behind · 1,240/s");
  assert.equal(says(view({}, { behind: -3 })), "live · LIVE · <5 ms behind · 1,240/s");
  assert.equal(says(view({}, { newest: 86_000 })), "live · LIVE · quiet 14 s");
  assert.equal(says(view({}, { channels: 0 })), "live · LIVE · no channels yet");
  assert.equal(says(view({}, { behind: -60_000 })), "live · LIVE · clocks 60 s apart · 1,240/s");
  assert.equal(pillText(view({}, { behind: 3000 })).warn, 0);
  assert.equal(says(view({}, { word: "replaying", done: 7690, total: 12_403 })), "replay · REPLAYING · 7,690 of 12,403");
  assert.equal(says(view({}, { word: "replaying" })), "replay · REPLAYING · last 60 s");
  assert.equal(says(view({}, { word: "cut", due: 104_000 })), "hold · CUT BY YOU · back in 4 s");
  assert.equal(says(view({}, { word: "stale", since: 79_000 })), "hold · STALE · no heartbeat for 21 s");
  assert.equal(says(view({}, { word: "offline", since: 78_000, due: 106_000 })), "hold · OFFLINE · 22 s · retry in 6 s");
  assert.equal(says(view({}, { word: "closed", reason: "token_expired" })), "loss · CLOSED · token expired");
  assert.equal(says(view({}, { word: "closed", reason: "nothing_granted" })), "loss · CLOSED · not allowed");
  assert.equal(says(view({ mode: "paused", held: 1204 })), "still · PAUSED · 1,204 new");
  assert.match(says(view({ mode: "past", at: 100_000 - 1_200_000, playing: true, speed: 5 })), /^past · PAST · \d\d:\d\d:\d\d · 20 min ago · 5×$/);
});
