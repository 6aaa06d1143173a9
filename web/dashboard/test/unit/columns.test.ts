import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Columns, kNumbers, kTexts, Row } from "../../src/engine/columns.ts";
import { Dictionary, kNone, kOther } from "../../src/engine/dictionary.ts";
import { Feed } from "../../src/engine/feed.ts";

function flatten(...values: unknown[]): { columns: Columns; row: Row } {
  const columns = new Columns(), row = new Row();
  for (const value of values) columns.flatten(value, row, 1);
  return { columns, row };
}

test("numbers and texts of nested objects become columns named by their path", () => {
  const { columns, row } = flatten({ cpu: 3.5, net: { rx: 7, name: "eth0" }, up: true });
  assert.deepEqual(columns.numbers, ["cpu", "net.rx"]);
  assert.deepEqual(columns.texts, ["net.name", "up"]);
  assert.equal(row.numbers[1], 7);
  assert.equal(columns.words[0].name(row.texts[0]), "eth0");
});

test("a field that is missing from a record leaves nothing of the record before", () => {
  const { row } = flatten({ a: 1, b: "x" }, { c: 2 });
  assert.ok(Number.isNaN(row.numbers[0]));
  assert.equal(row.texts[0], kNone);
});

test("a bare number is the field value", () => {
  assert.deepEqual(flatten(42).columns.numbers, ["value"]);
});

test("of three hundred fields the first are kept and the rest is counted", () => {
  const { columns } = flatten(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, i])));
  assert.equal(columns.numbers.length, kNumbers);
  assert.equal(columns.leftOut, 300 - kNumbers);
});

test("a million different fields do not grow the memory", () => {
  const columns = new Columns(), row = new Row();
  for (let i = 0; i < 20_000; i++) columns.flatten({ [`n${i}`]: i, [`t${i}`]: "x", [`o${i}`]: { a: 1 } }, row, 1);
  assert.ok(columns.numbers.length <= kNumbers && columns.texts.length <= kTexts);
  assert.ok(columns.beyond);
});

test("fields with lists are left out, and counted once", () => {
  const { columns } = flatten({ a: [1, 2], b: { c: [] } }, [3], { a: 1 }, { a: [1] }, { a: [1] });
  assert.deepEqual([columns.numbers, columns.lists, columns.notNumbers], [["a"], 3, 1]);
});

test("forty levels are walked to the sixth and counted", () => {
  let value: unknown = { n: 1 };
  for (let i = 0; i < 39; i++) value = { down: value };
  const { columns } = flatten({ top: 5, down: value });
  assert.deepEqual(columns.numbers, ["top"]);
  assert.equal(columns.deep, 1);
});

test("types that change halfway keep the field and count what was no number", () => {
  const { columns, row } = flatten({ v: 1 }, { v: "text" }, { v: { deep: 3 } }, { v: null }, { v: 4 });
  assert.deepEqual(columns.numbers, ["v", "v.deep"]);
  assert.equal(columns.notNumbers, 1);
  assert.equal(row.numbers[0], 4);
});

test("NaN as text and numbers beyond all bounds are no values", () => {
  const { row, columns } = flatten({ v: 1 }, JSON.parse(`{"v":1e400}`));
  assert.ok(Number.isNaN(row.numbers[0]));
  columns.flatten({ v: "NaN" }, row, 1);
  assert.ok(Number.isNaN(row.numbers[0]));
  assert.equal(columns.notNumbers, 1);
});

test("names that mean something to JavaScript are only names", () => {
  const { columns, row } = flatten(JSON.parse(`{"__proto__":1,"constructor":2,"toString":3}`));
  assert.deepEqual(columns.numbers, ["__proto__", "constructor", "toString"]);
  assert.deepEqual([...row.numbers.slice(0, 3)], [1, 2, 3]);
});

test("a full dictionary says other, and forgets what was long unused", () => {
  const names = new Dictionary(10), hour = 3_600_000;
  const ids = Array.from({ length: 12 }, (_, i) => names.id(`n${i}`, 0));
  assert.deepEqual(ids.slice(8), [kOther, kOther, kOther, kOther]);
  assert.ok(names.overflown);
  assert.equal(names.id("n0", 2 * hour), ids[0]);
  const fresh = names.id("late", 2 * hour);
  assert.ok(fresh > kOther && fresh !== ids[0]);
  assert.equal(names.name(fresh), "late");
});

test("names are cut at a hundred and twenty characters", () => {
  const names = new Dictionary();
  const id = names.id("x".repeat(1 << 20), 1);
  assert.equal(names.name(id).length, 120);
  assert.equal(names.id("x".repeat(1 << 20), 1), id);
});

test("of long texts only the beginning is in memory", () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void, used = () => (gc(), process.memoryUsage().heapUsed);
  const names = new Dictionary(), feed = new Feed(), before = used();
  for (let o = 0; o < 200; o++) {
    const s = JSON.parse(`"${o}${"x".repeat(300_000)}"`) as string;
    names.id(s, 1);
    feed.add("a", 0, [{ o, t: 0, s }], false);
  }
  assert.ok(used() - before < 25e6, `${used() - before}`);
  assert.deepEqual([names.size, feed.view(0, 9).count], [200, 200]);
});
