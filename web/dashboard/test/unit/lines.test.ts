import assert from "node:assert/strict";
import { test } from "node:test";
import { Columns, Row } from "../../src/engine/columns.ts";
import { make } from "../../src/engine/infer.ts";
import { Lines } from "../../src/engine/lines.ts";
import { LastTable } from "../../src/engine/lasttable.ts";
import { Profile } from "../../src/engine/profile.ts";
import { kBreak } from "../../src/engine/reduce.ts";
import type { Scene } from "../../src/engine/scene.ts";
import { Stat } from "../../src/engine/stat.ts";
import { Tops } from "../../src/engine/tops.ts";
import { Histogram } from "../../src/engine/histogram.ts";
import type { Aggregate, PanelKind } from "../../src/messages.ts";

const kSpan = 60_000;
const scene = (change: Partial<Scene> = {}): Scene => ({ at: 100_000, span: kSpan, late: 0, covered: -Infinity, samples: [], holes: [], settled: true, ...change });

function feed(records: { t: number; key: string; value: unknown }[], columns: Columns, ...sinks: { add(row: Row): boolean }[]): void {
  const row = new Row();
  for (const { t, key, value } of records) {
    columns.flatten(value, row, t);
    row.t = t;
    row.key = columns.keys.id(key, t);
    for (const sink of sinks) sink.add(row);
  }
}

const spec = (kind: PanelKind, field: string, group: string, aggregate: Aggregate) => make("c", kind, field, group, aggregate, 6);
const every = (ms: number, value: (i: number) => unknown, key: (i: number) => string = () => "a") =>
  Array.from({ length: Math.floor(kSpan / ms) }, (_, i) => ({ t: 40_000 + i * ms, key: key(i), value: value(i) }));
const finite = (ys: Float64Array) => [...ys].filter(Number.isFinite);

test("each key is a line, with the last value of every bin", () => {
  const columns = new Columns(), lines = new Lines(spec("time", "cpu", "key", "last"), columns, kSpan, []);
  feed(every(250, i => ({ cpu: i }), i => `host-${i % 2}`), columns, lines);
  const { series } = lines.view(scene());
  assert.deepEqual(series.map(s => s.name).sort(), ["host-0", "host-1"]);
  assert.equal(Math.max(...finite(series[0].ys), ...finite(series[1].ys)), 239);
  assert.notEqual(series[0].color, series[1].color);
});

test("five hundred keys are eight lines and one other", () => {
  const columns = new Columns(), lines = new Lines(spec("time", "v", "key", "mean"), columns, kSpan, []);
  feed(every(20, i => ({ v: i }), i => `k${i % 500}`), columns, lines);
  const { series, others } = lines.view(scene());
  assert.equal(series.length, 9);
  assert.equal(series[8].name, "other");
  assert.equal(others, 492);
});

test("of names beyond all that are remembered nobody says how many they are", () => {
  const columns = new Columns(), lines = new Lines(spec("time", "v", "key", "mean"), columns, kSpan, []);
  feed(every(10, i => ({ v: i }), i => `k${i}`), columns, lines);
  assert.equal(lines.view(scene()).others, 0);
});

test("a name that has the number of a forgotten one has none of its values, nor its line", () => {
  const columns = new Columns(), lines = new Lines(spec("time", "v", "key", "last"), columns, kSpan, ["k4093"]), table = new LastTable(spec("last", "v", "key", "last"), new Profile(columns));
  const names = Array.from({ length: 4094 }, (_, i) => ({ t: 40_000 + i, key: `k${i}`, value: { v: i } })), later = 40_000 + 71 * 60_000;
  feed([...names, { t: later, key: "a", value: { v: -1 } }], columns, lines, table);
  assert.deepEqual(lines.view(scene({ at: later + 1000 })).series.map(({ name }) => name), ["other"]);
  assert.deepEqual(table.view(-Infinity).rows.filter(({ values }) => values[0] === -1).map(({ key }) => key), ["a"]);
});

test("a rate and a count end where all records are here: they don't sag at the live edge", () => {
  for (const how of ["rate", "count"] as const) {
    const columns = new Columns(), lines = new Lines(spec("time", "", "", how), columns, kSpan, []);
    feed(every(20, () => ({})).filter(({ t }) => t < 95_000), columns, lines);
    const { xs, series: [{ ys }] } = lines.view(scene({ late: 5000 }));
    assert.ok(xs.at(-1)! <= 95_000 && Math.abs(ys.at(-1)! - 50) < 3, `${how} ${ys.at(-1)}`);
  }
});

test("what is left of last values is drawn as a mean over seconds: the last of any key says nothing", () => {
  const columns = new Columns(), lines = new Lines(spec("time", "v", "key", "last"), columns, kSpan, []);
  feed(every(20, i => ({ v: i % 500 }), i => `k${i % 500}`), columns, lines);
  const { series } = lines.view(scene()), whole = finite(series[8].ys).slice(40);
  assert.ok(whole.length > 100 && Math.max(...whole) - Math.min(...whole) < 300, `${Math.min(...whole)} to ${Math.max(...whole)}`);
});

test("the largest names keep a line of their own", () => {
  const columns = new Columns(), lines = new Lines(spec("time", "v", "key", "last"), columns, kSpan, ["late"]);
  feed(every(100, () => ({ v: 1 }), i => (i > 400 ? "late" : `k${i % 30}`)), columns, lines);
  assert.ok(lines.view(scene()).series.some(s => s.name === "late"));
});

test("a rate counts records per second, zero where there were none, and nothing before the data begins", () => {
  const columns = new Columns(), lines = new Lines(spec("time", "", "", "rate"), columns, kSpan, []);
  feed(every(20, () => ({})).filter(({ t }) => t < 60_000 || t > 80_000), columns, lines);
  const { xs, series: [{ ys }] } = lines.view(scene({ covered: 45_000 }));
  const at = (t: number) => ys[xs.findIndex(x => x >= t)];
  assert.ok(Math.abs(at(55_000) - 50) < 2, String(at(55_000)));
  assert.equal(at(75_000), 0);
  assert.ok(Number.isNaN(at(43_000)));
});

test("a key figure is of all keys, or of one; a count is of the whole window, where all of it is here", () => {
  const columns = new Columns(), records = every(250, i => ({ cpu: i % 2 ? 10 : 30 }), i => `host-${i % 2}`);
  const stats = ([["", "max"], ["host-1", "mean"], ["", "count"]] as const).map(([key, aggregate]) => new Stat(spec("stat", "cpu", key, aggregate), columns, kSpan));
  feed(records, columns, ...stats);
  assert.deepEqual(stats.map(stat => stat.view(scene()).value), [30, 10, 240]);
  assert.ok(Number.isNaN(stats[2].view(scene({ covered: 90_000 })).value));
  assert.ok(Number.isNaN(stats[2].view(scene({ samples: [{ every: 2, unit: 1000, from: 0, until: 80_000 }] })).value));
});

test("an outage is a break in the line, never drawn over", () => {
  const columns = new Columns(), lines = new Lines(spec("time", "v", "", "last"), columns, kSpan, []);
  feed(every(250, i => ({ v: i })).filter(({ t }) => t < 70_000 || t > 80_000), columns, lines);
  const { xs, series: [{ ys }] } = lines.view(scene({ holes: [[70_000, 80_000]] }));
  xs.forEach((x, i) => x > 70_400 && x < 79_900 && assert.equal(ys[i], kBreak, String(x)));
  assert.ok(Number.isFinite(ys[xs.findIndex(x => x > 90_000)]));
});

test("spread gives p50, p95 and p99 in order", () => {
  const columns = new Columns(), lines = new Lines(spec("time", "ms", "", "spread"), columns, kSpan, []);
  feed(every(10, i => ({ ms: 1 + ((i * 7919) % 1000) })), columns, lines);
  const { series } = lines.view(scene());
  assert.deepEqual(series.map(s => s.name), ["p50", "p95", "p99"]);
  const last = series.map(s => finite(s.ys).at(-1)!);
  assert.ok(last[0] < last[1] && last[1] <= last[2]);
  assert.ok(Math.abs(last[0] - 500) < 80, String(last));
});

test("of a sample only known slices are drawn", () => {
  const columns = new Columns(), lines = new Lines(spec("time", "", "", "rate"), columns, kSpan, []);
  const samples = [{ every: 4, unit: 1000, from: 0, until: 200_000 }];
  feed(every(20, () => ({})).filter(({ t }) => Math.floor(t / 1000) % 4 === 0), columns, lines);
  const { series: [{ ys }] } = lines.view(scene({ samples }));
  for (const y of finite(ys)) assert.ok(Math.abs(y - 50) <= 6, String(y));
  assert.ok(finite(ys).length > 20 && finite(ys).length < 100);
});

test("a count is of a fixed stretch of time, and only where all of it is here", () => {
  const columns = new Columns(), lines = new Lines(spec("time", "", "", "count"), columns, kSpan, []);
  const counts = (change: Partial<Scene>) => [...new Set(finite(lines.view(scene(change)).series[0].ys).slice(4))];
  feed(every(500, () => ({})), columns, lines);
  assert.deepEqual(counts({}), [2]);
  feed(every(50, () => ({})), columns, lines); // more of them: still of one second
  assert.deepEqual(counts({}), [22]);
  const sample = { every: 4, unit: 1000, from: 0, until: 200_000 }, { xs, series: [{ ys }] } = lines.view(scene({ samples: [sample] }));
  const known = [...xs].filter((_, i) => ys[i] === ys[i]);
  assert.ok(known.length > 12 && known.every(t => t % 4000 === 1000), `${known}`);
});

test("the last table holds every key's newest values, bounded", () => {
  const columns = new Columns(), table = new LastTable(spec("last", "a", "key", "last"), new Profile(columns));
  feed(every(10, i => ({ a: i, b: -i }), i => `k${i % 1000}`), columns, table);
  const { rows, more } = table.view(-Infinity);
  assert.equal(rows.length, 100);
  assert.ok(more > 0);
  feed([{ t: 1, key: rows[0].key, value: { a: -5 } }], columns, table);
  assert.notEqual(table.view(-Infinity).rows[0].values[0], -5);
});

test("the last table leaves out fields that most keys lack, but not the chosen one", () => {
  const columns = new Columns(), table = new LastTable(spec("last", "rare", "key", "last"), new Profile(columns));
  feed(every(100, i => (i % 6 === 0 ? { up: 1, rare: 2, odd: 3 } : { up: i }), i => `k${i % 6}`), columns, table);
  assert.deepEqual(table.view(-Infinity).fields.map(i => columns.numbers[i]), ["rare", "up"]);
});

test("the last table leaves out when a record was made", () => {
  const columns = new Columns(), profile = new Profile(columns), table = new LastTable(spec("last", "cpu", "key", "last"), profile);
  feed(every(100, i => ({ at: 1_795_000_000_000 + i, cpu: i, up: 3 })), columns, { add: row => (profile.add(row), table.add(row)) });
  assert.deepEqual(table.view(-Infinity).fields.map(i => columns.numbers[i]), ["cpu", "up"]);
});

test("a ranking counts the window, names seven and sums the rest", () => {
  const columns = new Columns(), tops = new Tops(spec("top", "", "kind", "count"), columns, kSpan);
  feed(every(10, i => ({ kind: i % 2 ? "most" : `k${i % 200}` })), columns, tops);
  const { rows, rest, others, total } = tops.view(100_000, kSpan);
  assert.equal(rows[0].name, "most");
  assert.equal(rows.length, 7);
  assert.equal(rows.reduce((n, row) => n + row.n, 0) + rest, total);
  assert.equal(others, 94);
  assert.equal(tops.view(900_000, kSpan).total, 0);
});

test("a ranking counts long texts too, by their beginning", () => {
  const columns = new Columns(), tops = new Tops(spec("top", "", "path", "count"), columns, kSpan), lines = new Lines(spec("time", "", "path", "rate"), columns, kSpan, []);
  const paths = ["/short", `/${"x".repeat(70)}`, `/${"y".repeat(300)}`];
  feed(every(100, i => ({ path: paths[i % 3] })), columns, tops, lines);
  const { rows, total } = tops.view(100_000, kSpan);
  assert.deepEqual(rows.map(({ name }) => name.length).sort(), [120, 6, 71]);
  assert.ok(rows.every(({ n }) => Math.abs(n - total / 3) < 1), JSON.stringify(rows));
  assert.ok(lines.view(scene()).series.every(({ name }) => name !== "none"));
});

test("a histogram has bars of equal log width that hold everything", () => {
  const columns = new Columns(), histogram = new Histogram(spec("histogram", "ms", "", "spread"), columns, kSpan);
  feed(every(10, i => ({ ms: 10 + (i % 90) })), columns, histogram);
  const { edges, counts, total, marks } = histogram.view(scene());
  assert.equal(edges.length, counts.length + 1);
  assert.equal(counts.reduce((a, b) => a + b, 0), total);
  assert.ok(counts.length <= 20);
  assert.ok(Math.abs(marks[0][1] - 55) < 3, String(marks));
});
