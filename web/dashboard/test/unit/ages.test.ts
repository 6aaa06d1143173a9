import assert from "node:assert/strict";
import { test } from "node:test";
import { Ages } from "../../src/engine/ages.ts";

function of(...list: number[]): Ages {
  const ages = new Ages();
  list.forEach(age => ages.add(age));
  return ages;
}

test("what is late is waited for, however late a channel is, up to half a minute", () => {
  assert.deepEqual([of().late, of(-50).late, of(50).late, of(9000, 9100).late, of(29_000).late], [0, 0, 60, 10_920, 30_000]);
});

test("nobody waits for what is hours old, unless nothing else comes", () => {
  assert.deepEqual([of(100, 100, 7_200_000, 100).late, of(7_200_000).late], [120, 30_000]);
});

test("of many ages the pill tells the median; of none it knows nothing", () => {
  const ages = of(10, 5000, 20);
  assert.equal(ages.median, 20);
  ages.clear();
  assert.deepEqual([ages.median, ages.late], [NaN, 0]);
});
