import assert from "node:assert/strict";
import { test } from "node:test";
import { adopt, advance, copyPosition, formatPosition, hasPassed, marksOf, movement, parsePosition } from "../src/position.js";
import { golden } from "./support/golden.js";
import { position } from "./support/frames.js";

const { valid, invalid } = golden("positions");
const parse = (...entries: string[]) => parsePosition(position(...entries))!;
const cover = (partition: number, from: number, next: number) => ({ channel: "m", partition, from, next });

test("golden positions are read and written", () => {
  for (const { position, epoch, entries } of valid) {
    const parsed = parsePosition(position);
    assert.ok(parsed, position);
    assert.equal(parsed.epoch_, epoch);
    const read = marksOf(parsed).map(([partition, { next, last, fp }]) => {
      return { partition: +partition, next: Number.isNaN(next) ? null : next, anchor: last ?? null, fp: fp ?? null };
    });
    assert.deepEqual(read, entries);
    assert.equal(formatPosition(parsed), position);
  }
});

test("golden texts that are no positions are refused", () => {
  assert.ok(invalid.length > 50);
  for (const { name, position } of invalid) assert.equal(parsePosition(position), undefined, name);
  for (const nothing of [undefined, null, 7, {}]) assert.equal(parsePosition(nothing), undefined);
});

test("a copy moves by itself", () => {
  const place = parse("0:5~00000001");
  const copy = copyPosition(place);
  advance(copy, cover(0, 5, 9));
  assert.equal(formatPosition(place), position("0:5~00000001"));
  assert.equal(formatPosition(copy), position("0:9~4.00000001"));
});

test("a head is passed when every partition's next has reached it", () => {
  assert.ok(hasPassed(parse("0:5", "1:7"), parse("0:5", "1:?")));
  assert.ok(!hasPassed(parse("0:5", "1:6"), parse("0:5", "1:7")));
  assert.ok(!hasPassed(parse("0:5"), parse("0:5", "1:1")));
  assert.ok(hasPassed(parse(), parse()));
});

test("a reply's place gives what was not known: partitions, starts, anchors", () => {
  const place = parse("0:5", "1:?", "2:9~00000002");
  adopt(place, parse("0:5~1.00000001", "1:3", "2:8~00000003", "4:0"));
  assert.equal(formatPosition(place), position("0:5~1.00000001", "1:3", "2:9~00000002", "4:0"));
});

test("what is whole takes nothing but anchors", () => {
  const place = parse("0:5", "1:?", "2:9~00000002");
  adopt(place, parse("0:5~1.00000001", "1:3", "2:9~00000003", "4:0"), true);
  assert.equal(formatPosition(place), position("0:5~1.00000001", "1:?", "2:9~00000002"));
});

test("movement lists what moved", () => {
  assert.deepEqual(movement(parse("0:5", "1:7"), parse("0:9", "1:7", "2:3", "3:?")), [
    { partition: 0, from: 5, next: 9 },
    { partition: 2, from: 0, next: 3 },
  ]);
});
