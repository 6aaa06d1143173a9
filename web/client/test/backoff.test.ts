import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff, MAX, MIN } from "../src/backoff.js";

test("the first delay has jitter too, and none is under the least or over the greatest", () => {
  assert.deepEqual([backoff(0, 0), backoff(0, 0.5), backoff(0, 0.999)].map(Math.round), [500, 750, 1000]);
  for (let failures = 0; failures < 2000; failures++) {
    assert.equal(backoff(failures, 0), MIN);
    assert.ok(backoff(failures, 0.999999) <= MAX);
  }
  assert.equal(backoff(6, 0.999999), MAX);
});

test("reconnect_in replaces the first delay and only lengthens later ones", () => {
  assert.equal(backoff(0, 0.5, 1830), 1830);
  assert.equal(backoff(0, 0.5, 3), 3);
  assert.equal(backoff(1, 0.5, 3), 1000);
  assert.equal(backoff(1, 0.5, 9000), 9000);
  assert.equal(backoff(0, 0.5, 1e12), 300_000);
  for (const nonsense of [0, -5, NaN, undefined]) assert.equal(backoff(0, 0.5, nonsense), 750);
  for (const nonsense of ["soon", null, {}] as any[]) assert.equal(backoff(0, 0.5, nonsense), 750);
});
