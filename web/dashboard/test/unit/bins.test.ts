import assert from "node:assert/strict";
import { test } from "node:test";
import { Bins } from "../../src/engine/bins.ts";
import { breakSilences, kBreak, sharesAt, valueAt } from "../../src/engine/reduce.ts";
import { boundsOf, bucketOf, kBuckets, quantiles } from "../../src/engine/sketch.ts";

test("a bin knows count, mean, extremes and the last by time, not by arrival", () => {
  const bins = new Bins(1000, 10, 1, false);
  bins.add(100, 0, 4);
  bins.add(900, 0, 8);
  bins.add(500, 0, 1);
  const at = (aggregate: "count" | "mean" | "min" | "max" | "last" | "rate") => valueAt(bins, 0, 0, aggregate, 1);
  assert.deepEqual([at("count"), at("mean"), at("min"), at("max"), at("last"), at("rate")], [3, 13 / 3, 1, 8, 8, 3]);
});

test("the window moves: old bins give way, and what is older is refused", () => {
  const bins = new Bins(1000, 4, 1, false);
  for (let s = 0; s < 10; s++) assert.ok(bins.add(s * 1000, 0, s));
  assert.equal(bins.slotOf(5), -1);
  assert.equal(valueAt(bins, 0, 6, "last", 1), 6);
  assert.equal(bins.add(3000, 0, 1), false);
});

test("what was missed fills its own place", () => {
  const bins = new Bins(1000, 10, 1, false);
  bins.add(9000, 0, 9);
  assert.ok(bins.add(4000, 0, 4));
  assert.equal(valueAt(bins, 0, 4, "last", 1), 4);
});

test("percentiles of any distribution are within four per cent", () => {
  const bins = new Bins(1000, 4, 1, true), values: number[] = [];
  let seed = 7;
  for (let i = 0; i < 20_000; i++) {
    seed = (seed * 48_271) % 2_147_483_647;
    const value = Math.exp((seed / 2_147_483_647) * 9 - 2);
    values.push(value);
    bins.add(500, 0, value);
  }
  values.sort((a, b) => a - b);
  const [p50, p95, p99] = sharesAt(bins, 0, 0, 1, [0.5, 0.95, 0.99]);
  for (const [found, share] of [[p50, 0.5], [p95, 0.95], [p99, 0.99]]) {
    const right = values[Math.floor(share * values.length)];
    assert.ok(Math.abs(found / right - 1) < 0.04, `${share}: ${found} for ${right}`);
  }
});

test("buckets hold zero, negative and absurd numbers in order", () => {
  const order = [-1e300, -5, -0.1, 0, 1e-9, 0.1, 5, 1e300].map(bucketOf);
  assert.deepEqual(order, [...order].sort((a, b) => a - b));
  assert.ok(order.every(bucket => bucket >= 0 && bucket < kBuckets));
  const [near, far] = boundsOf(bucketOf(5));
  assert.ok(near <= 5 && far > 5);
  assert.deepEqual(quantiles(new Uint32Array(kBuckets), [0.5]).map(Number.isNaN), [true]);
});

test("a line breaks at a silence, not at its own slow pace", () => {
  const slow = Float64Array.from({ length: 40 }, (_, i) => (i % 8 === 0 ? i : NaN));
  breakSilences(slow, 6);
  assert.ok(!slow.includes(kBreak));
  const silent = Float64Array.from({ length: 40 }, (_, i) => (i < 10 || i > 30 ? i : NaN));
  breakSilences(silent, 6);
  assert.equal(silent[10], kBreak);
});
