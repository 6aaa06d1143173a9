import assert from "node:assert/strict";
import { test } from "node:test";
import { Columns, Row } from "../../src/engine/columns.ts";
import { Rows } from "../../src/engine/rows.ts";

function filled(n: number): { rows: Rows; row: Row } {
  const columns = new Columns(), rows = new Rows(columns), row = new Row();
  for (let i = 0; i < n; i++) {
    columns.flatten({ a: i, kind: i % 2 ? "odd" : "even" }, row, 1);
    row.t = i * 10;
    row.offset = i;
    row.partition = i % 3;
    rows.push(row);
  }
  return { rows, row };
}

test("rows come back in the order of arrival with their fields", () => {
  const { rows, row } = filled(5000), seen: number[] = [];
  rows.scan(100, 130, row, r => seen.push(r.numbers[0], r.offset));
  assert.deepEqual(seen, [10, 10, 11, 11, 12, 12, 13, 13]);
  assert.equal(rows.lapped, false);
  assert.deepEqual([...rows.firsts()], [[0, 0], [1, 1], [2, 2]]);
});

test("the ring keeps to its budget and forgets the oldest", () => {
  const { rows, row } = filled(300_000);
  assert.ok(rows.lapped);
  assert.ok(rows.size < 200_000 && rows.size > 20_000);
  let n = 0, last = -1;
  rows.scan(-Infinity, Infinity, row, r => {
    assert.ok(r.offset > last);
    last = r.offset;
    n++;
  });
  assert.equal(n, rows.size);
  assert.equal(last, 299_999);
  assert.equal(rows.oldest, (300_000 - rows.size) * 10);
});

test("a field that appears late is missing before", () => {
  const columns = new Columns(), rows = new Rows(columns), row = new Row(), seen: number[] = [];
  for (const value of [{ a: 1 }, { a: 2, b: 5 }]) {
    columns.flatten(value, row, 1);
    rows.push(row);
  }
  rows.scan(-1, 1, row, r => seen.push(r.numbers[1]));
  assert.ok(Number.isNaN(seen[0]));
  assert.equal(seen[1], 5);
});
