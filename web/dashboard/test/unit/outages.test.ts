import assert from "node:assert/strict";
import { test } from "node:test";
import type { Recovered } from "tailrace";
import { Episode } from "../../src/engine/episode.ts";
import { Extent, knownBins } from "../../src/engine/extent.ts";
import { sliceOf, slices } from "../../src/engine/history.ts";
import { Outages } from "../../src/engine/outages.ts";

test("an outage opens, fills from the left and is healed", () => {
  const o = new Outages();
  o.begin(1000, "cut");
  assert.deepEqual(o.badge(0, 5000), { kind: "outage", text: "outage" });
  assert.deepEqual(o.holes(5000), [[1000, 5000]]);
  o.refill(6000);
  o.advance(3000);
  assert.deepEqual(o.bands(0, 9000), [{ kind: "outage", from: 1000, to: 6000, front: 3000, text: "cut" }]);
  assert.equal(o.badge(0, 9000).kind, "replay");
  o.advance(2000);
  o.heal(12_403, 6100);
  assert.deepEqual(o.bands(0, 9000), [{ kind: "outage", from: 1000, to: 6000, front: 6000, text: "recovered 12,403" }]);
  assert.equal(o.badge(0, 9000).kind, "exact");
  assert.deepEqual(o.holes(9000), []);
});

test("a second cut within an outage is the same outage", () => {
  const o = new Outages();
  o.begin(1000, "cut");
  o.begin(2000, "disconnected");
  assert.equal(o.outages.length, 1);
});

test("a cut while an outage is refilled opens it again, from as far as it was refilled to when it is over", () => {
  const o = new Outages();
  o.begin(1000, "cut");
  o.refill(6000);
  o.advance(3000);
  o.begin(7000, "disconnected");
  assert.equal(o.badge(0, 9000).kind, "outage");
  assert.deepEqual(o.holes(9000), [[3000, 9000]]);
  o.refill(12_000);
  assert.equal(o.badge(0, 13_000).kind, "replay");
  o.heal(7, 12_100);
  assert.deepEqual(o.bands(0, 13_000), [{ kind: "outage", from: 1000, to: 12_000, front: 12_000, text: "recovered 7" }]);
});

test("a receipt that is being filled is that of an open outage again when its channel is cut off", () => {
  const e = new Episode(0);
  e.join("a");
  e.resume("a", 10, 1000);
  e.progress("a", 4);
  e.join("a");
  assert.equal(e.replaying, false);
  e.resume("a", 6, 5000);
  assert.deepEqual([e.replaying, e.view(5100).took, e.counted], [true, 100, { done: 4, total: 10 }]);
});

test("a loss stays a loss, is bounded, and is counted within the window only", () => {
  const o = new Outages();
  for (let i = 0; i < 500; i++) o.lose({ from: i * 10, to: i * 10 + 5, offsets: 3, reason: "expired", first: i, next: i + 3, partition: 0 });
  assert.ok(o.losses.length <= 60);
  assert.equal(o.badge(4980, 6000).text, "gap of 6");
  assert.equal(o.badge(9000, 10_000).kind, "exact");
});

test("what several partitions lost at once is one band, with all of it", () => {
  const o = new Outages(), loss = { reason: "expired", first: 0, next: 40 };
  o.lose({ ...loss, from: 1000, to: 6000, offsets: 40, partition: 0 });
  o.lose({ ...loss, from: 8000, to: 9000, offsets: 5, partition: 0 });
  o.lose({ ...loss, from: 900, to: 6100, offsets: 2, partition: 1 });
  const bands = o.bands(0, 10_000).map(({ from, to, text }) => [from, to, text]);
  assert.deepEqual(bands, [[900, 6100, "gap of 42 · expired"], [8000, 9000, "gap of 5 · expired"]]);
});

const what = (change: Partial<Recovered>): Recovered => ({ updates: 10, ranges: [{ partition: 0, from: 5, next: 15 }], lost: 0, outage: 900, replay: 40, ...change });

test("a receipt sums the channels and is done with the last of them", () => {
  const e = new Episode(0);
  for (const name of ["a", "b"]) e.join(name);
  e.resume("a", 10, 1000);
  e.progress("a", 4);
  assert.equal(e.view(1050).phase, "fill");
  assert.equal(e.view(1050).updates, 4);
  assert.equal(e.recovered("a", what({})), false);
  assert.equal(e.recovered("b", what({ updates: 5, lost: 2, replay: 70 })), true);
  const receipt = e.view(2000);
  assert.deepEqual([receipt.phase, receipt.updates, receipt.lost, receipt.took, receipt.ranges.length], ["done", 15, 2, 70, 2]);
  assert.equal(e.recovered("b", what({})), false);
});

test("slices are whole seconds, even, and known by their bins", () => {
  assert.equal(sliceOf(60_000), 1000);
  assert.equal(sliceOf(300_000), 5000);
  assert.equal(sliceOf(900_000), 15_000);
  assert.equal(sliceOf(3_600_000), 15_000);
  assert.deepEqual(slices(500, 9000, 1000, 4), [[0, 1000], [4000, 5000], [8000, 9000]]);
  const extent = new Extent(), known = (bin: number) => knownBins(extent.samples, bin, 250, 8);
  extent.sampled({ every: 4, unit: 1000, from: 0, until: 8000 });
  assert.deepEqual([0, 1, 3, 4, 15, 16, 18].map(known), [1, 2, 4, 0, 0, 1, 3]);
  assert.deepEqual([31, 32, 35, 40].map(known), [0, 1, 4, 8]);
  extent.sampled({ every: 4, unit: 1000, from: 8000, until: 12_000 });
  extent.sampled({ every: 2, unit: 1000, from: 12_000, until: 16_000 });
  assert.equal(extent.samples.length, 2);
  assert.deepEqual([16, 32, 36, 48, 52, 56, 60, 64, 65].map(known), [1, 1, 0, 1, 0, 1, 0, 1, 2]);
  assert.deepEqual([0, 1, 3].map(bin => knownBins([{ every: 4, unit: 1000, from: 90, until: 1000 }], bin, 250, 8)), [0, 1, 3]); // it begins within a bin
});
