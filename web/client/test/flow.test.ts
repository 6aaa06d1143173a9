// A consumer that is slower than the channel: pause, high water, skipToLive.
import assert from "node:assert/strict";
import { test } from "node:test";
import { begin } from "./support/begin.js";
import { setUp } from "./support/client.js";
import { batch, cover, fingerprint, gap, position, subscribed } from "./support/frames.js";
import { settled } from "./support/host.js";

test("pause hands out nothing more, resume goes on", async () => {
  const { sub, heard, say } = await begin();
  sub.pause();
  await say(batch(0, 10, 11), gap(0, 11, 12), batch(0, 12, 13));
  assert.deepEqual([heard.said, sub.paused, sub.lag.queued], [[], true, 2]);
  sub.resume();
  await settled();
  assert.deepEqual([heard.said, sub.lag.queued], [["0:10", "gap 0:11-12 expired", "0:12"], 0]);
});

test("above the high-water mark it leaves the feed, and comes back where it was when drained", async () => {
  const { sub, heard, say, serve, net, lastAsked } = await begin({ highWater: 1000 });
  sub.pause();
  let next = 10;
  while (next < 100 && !net.last().ops("unsubscribe").length) await say(batch(0, next, (next += 2)));
  assert.ok(sub.lag.queued * 20 < 2000, "bounded");
  assert.equal(sub.state, "replaying");
  assert.equal(heard.states.at(-1)!.reason, "full");
  await say(batch(0, next, next + 1), { unsubscribed: { channel: "m" }, id: net.last().ops("unsubscribe")[0].id });
  assert.equal(net.last().ops("subscribe").length, 1);
  sub.resume();
  await settled();
  assert.equal(net.last().ops("subscribe").length, 2);
  assert.match(lastAsked().from.position, new RegExp(`\\.0:${next}~`));
  await serve(`0:${next}`, `0:${next + 2}`);
  await say(batch(0, next, next + 2));
  assert.deepEqual(heard.updates, Array.from({ length: next + 2 - 10 }, (_, i) => [0, 10 + i]));
  assert.equal(sub.state, "live");
  assert.equal(sub.stats.duplicates, 0);
  assert.ok(!heard.said.some((word) => word.startsWith("recovered")), "that was no outage");
});

test("a slow loop leaves and comes back too", async () => {
  const { client, net } = setUp({ highWater: 500 });
  const sub = client.subscribe("m");
  await settled();
  net.last().accept();
  let next = 10;
  let answered = 0;
  const serve = () => {
    for (const { id, from } of net.last().ops("subscribe").slice(answered)) {
      answered++;
      if (from.position) next = +/0:(\d+)/.exec(from.position)![1]!;
      net.last().say(subscribed(id, `0:${next}`));
    }
  };
  const seen: number[] = [];
  const loop = (async () => {
    for await (const { updates } of sub) {
      seen.push(...updates.map(({ o }) => o));
      await settled();
      if (seen.length >= 60) break;
    }
  })();
  for (let i = 0; i < 300 && sub.state !== "closed"; i++) {
    serve();
    for (let burst = 0; burst < 5; burst++) net.last().say(batch(0, next, ++next));
    await settled();
  }
  await loop;
  assert.deepEqual(seen, Array.from({ length: 60 }, (_, i) => 10 + i));
  assert.ok(answered > 2, `${answered} subscriptions`);
});

test("skipToLive leaves out what is queued and missed, and says so", async () => {
  const { sub, heard, say, serve, lastAsked, net } = await begin({ from: "-1h", at: "0:10,1:5", head: "0:900,1:5" });
  await say(batch(0, 10, 20));
  sub.pause();
  await say(batch(0, 20, 30));
  sub.skipToLive();
  sub.resume();
  assert.deepEqual(net.last().ops().map(({ op }) => op), ["subscribe", "unsubscribe", "subscribe"]);
  assert.deepEqual([lastAsked().from, lastAsked().start], ["live", "-1h"]);
  await say(batch(0, 30, 40));
  await serve("0:950,1:7");
  await say(batch(0, 950, 951));
  assert.deepEqual(heard.said.slice(1), ["gap 0:20-950 skipped", "gap 1:5-7 skipped", "0:950"]);
  assert.equal(sub.state, "live");
  assert.deepEqual([sub.stats.lost, sub.stats.gaps], [0, 0], "that was the application's wish");
  assert.deepEqual(sub.offsets, { 0: 951, 1: 7 });
});

test("skipToLive over a cut asks for live again", async () => {
  const { sub, cut, lastAsked } = await begin({ from: "-1h" });
  sub.skipToLive();
  await cut();
  assert.deepEqual([lastAsked().from, lastAsked().start], ["live", "-1h"]);
});

test("a frame with many rows weighs what its text does", async () => {
  const rows = Array.from({ length: 300 }, (_, p): [number, number, number] => [p, 0, 1]);
  const { sub, say, net } = await begin({ at: rows.map(([p]) => `${p}:0`).join(), highWater: 10_000 });
  sub.pause();
  const frame = cover(...rows);
  await say(frame);
  const { length } = JSON.stringify(frame);
  assert.ok(sub.stats.received >= length && sub.stats.received < length + rows.length, `${sub.stats.received} of ${length}`);
  assert.equal(net.last().ops("unsubscribe").length, 0, "it is far below the mark");
  for (let o = 1; o < 9 && !net.last().ops("unsubscribe").length; o++) await say(cover(...rows.map(([p]): [number, number, number] => [p, o, o + 1])));
  assert.ok(sub.stats.received > 10_000 && sub.stats.received < 20_000);
});

test("skipToLive leaves no reset out", async () => {
  const { sub, heard, say, serve } = await begin();
  sub.pause();
  await say(batch(0, 10, 20), { reset: { channel: "m", reason: "recreated", position: position("0:0") } }, batch(0, 0, 5));
  sub.skipToLive();
  sub.resume();
  await serve("0:7");
  await say(batch(0, 7, 8));
  assert.deepEqual(heard.said, [`reset recreated ${position("0:0")}`, "gap 0:0-7 skipped", "0:7"]);
  assert.deepEqual([sub.stats.resets, sub.lag.queued, sub.state], [1, 0, "live"]);
});

test("skipToLive tells what waited before a reset, too", async () => {
  for (const reason of ["truncated", "channel_changed", "position_invalid"]) {
    const { sub, heard, say, serve } = await begin({ at: "0:10,1:100" });
    sub.pause();
    await say(batch(0, 10, 90), batch(1, 100, 500), { reset: { channel: "m", reason, position: position("0:80", "1:500") } }, batch(0, 80, 83));
    sub.skipToLive();
    sub.resume();
    await serve("0:85,1:500");
    await say(batch(0, 85, 86));
    assert.deepEqual(heard.said, [
      "gap 0:10-90 skipped",
      "gap 1:100-500 skipped",
      `reset ${reason} ${position("0:80", `1:500~${fingerprint(1, 499)}`)}`,
      "gap 0:80-85 skipped",
      "0:85",
    ]);
    assert.deepEqual([sub.stats.lost, sub.stats.resets, sub.lag.queued, sub.state], [0, 1, 0, "live"]);
  }
});

test("who skips to live when told of a start stands where live is", async () => {
  const { client, net } = await begin({ from: "-1h", at: "0:100" });
  const sub = client.subscribe("m", { from: "-1h" });
  sub.on("state", (change) => change.new === "replaying" && sub.skipToLive());
  await settled();
  net.last().accept();
  net.last().say(subscribed(net.last().ops("subscribe")[0].id, "0:10", "0:100"));
  await settled();
  assert.deepEqual([sub.state, sub.offsets, net.open().length], ["live", { 0: 100 }, 1]);
});

test("what is closed tells nothing more", async () => {
  const { sub, heard, say } = await begin();
  sub.pause();
  await say(batch(0, 10, 11), { reset: { channel: "m", reason: "truncated", position: position("0:5") } }, batch(0, 5, 6));
  sub.close();
  sub.resume();
  await settled();
  assert.deepEqual([heard.said, sub.lag.queued], [[], 0]);
});
