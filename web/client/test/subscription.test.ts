// What a subscription asks for, and how it hands out what comes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { begin } from "./support/begin.js";
import { record, setUp } from "./support/client.js";
import { batch, cover, gap, position, subscribed } from "./support/frames.js";
import { settled } from "./support/host.js";
import type { Batch } from "../src/types.js";

test("from, start and position on the wire", async () => {
  const at = position("0:5~00000001");
  for (const [options, from, start] of [
    [undefined, "live", "live"],
    [{ from: "-60s" }, "-60s", "-60s"],
    [{ from: { last: 100 } }, { last: 100 }, { last: 100 }],
    [{ from: "-60s", position: at }, { position: at }, "-60s"],
    [{ from: "-60s", position: "" }, "-60s", "-60s"],
    [{ from: "-60s", position: null }, "-60s", "-60s"],
    [{ from: { position: at } }, { position: at }, "earliest"],
  ] as const) {
    const { client, net } = setUp();
    client.subscribe("m", options);
    await settled();
    net.last().accept();
    const { id, ...op } = net.last().ops()[0];
    assert.deepEqual(op, { op: "subscribe", channel: "m", from, start });
    client.close();
  }
});

test("connecting, replaying, live: live when the place has passed the head", async () => {
  const { sub, heard, say } = await begin({ at: "0:10,1:5", head: "0:14,1:5" });
  assert.deepEqual(heard.names(), ["replaying"], "it was connecting before anybody could listen");
  await say(batch(1, 5, 9), batch(0, 10, 13));
  assert.equal(sub.state, "replaying");
  await say(cover([0, 13, 14]));
  assert.deepEqual(heard.names(), ["replaying", "live"]);
  assert.deepEqual(heard.states.map(({ reason }) => reason), ["subscribed", "head"]);
  assert.deepEqual(heard.said, ["1:5,6,7,8", "0:10,11,12"]);
  assert.deepEqual(sub.offsets, { 0: 14, 1: 9 });
});

test("a loop gets batches; what it holds is not consumed yet, and each says where it leads", async () => {
  const { client, net } = setUp();
  const sub = client.subscribe("m");
  await settled();
  net.last().accept();
  net.last().say(subscribed(net.last().ops("subscribe")[0].id, "0:10"));
  net.last().say(batch(0, 10, 12));
  net.last().say(batch(0, 12, 13));
  const seen: string[] = [];
  for await (const { from, next, updates, position: after, channel, partition } of sub) {
    assert.deepEqual([channel, partition, updates.length], ["m", 0, next - from]);
    seen.push(`${from}`, sub.position, after);
    if (from === 12) break;
  }
  const ten = position("0:10");
  const twelve = position(`0:12~${batch(0, 10, 12).fp}`);
  const thirteen = position(`0:13~${batch(0, 12, 13).fp}`);
  assert.deepEqual(seen, ["10", ten, twelve, "12", twelve, thirteen]);
  assert.equal(sub.state, "closed", "leaving the loop ends it");
  assert.equal(net.last().ops("unsubscribe").length, 1);
  assert.equal(sub.position, twelve, "what was in hand when the loop was left may not have been consumed");
});

test("close ends a loop that waits", async () => {
  const { client } = setUp();
  const sub = client.subscribe("m");
  setImmediate(() => sub.close());
  for await (const _ of sub) assert.fail();
  assert.equal(sub.state, "closed");
});

test("a listener's promise holds the next batch back", async () => {
  const { client, net } = setUp();
  const sub = client.subscribe("m");
  const waiting: (() => void)[] = [];
  const seen: number[] = [];
  sub.on("batch", ({ from }) => {
    seen.push(from);
    return new Promise<void>((resolve) => waiting.push(resolve));
  });
  await settled();
  net.last().accept();
  net.last().say(subscribed(net.last().ops("subscribe")[0].id, "0:10"));
  for (const from of [10, 11, 12]) net.last().say(batch(0, from, from + 1));
  await settled();
  assert.deepEqual([seen, sub.offsets, sub.lag.queued], [[10], { 0: 10 }, 2]);
  waiting[0]!();
  await settled();
  assert.deepEqual([seen, sub.offsets, sub.lag.queued], [[10, 11], { 0: 11 }, 1]);
});

test("what a listener throws is reported as unhandled and stops nothing", async (t) => {
  const unhandled = t.mock.method(Promise, "reject", () => {});
  const { sub, heard, say } = await begin();
  sub.on("batch", () => {
    throw new Error("theirs");
  });
  sub.on("batch", async () => {
    throw new Error("theirs too");
  });
  await say(batch(0, 10, 12), batch(0, 12, 13));
  await settled();
  assert.deepEqual(heard.said, ["0:10,11", "0:12"]);
  assert.deepEqual(sub.offsets, { 0: 13 });
  assert.equal(unhandled.mock.callCount(), 4);
});

test("what arrives before anybody listens waits", async () => {
  const { client, net } = setUp();
  const sub = client.subscribe("m");
  await settled();
  net.last().accept();
  net.last().say(subscribed(net.last().ops("subscribe")[0].id, "0:10", "0:11"));
  net.last().say(batch(0, 10, 11));
  net.last().say(gap(0, 11, 20));
  await settled();
  assert.equal(sub.position, position("0:10"));
  const { said } = record(sub);
  await settled();
  assert.deepEqual(said, ["0:10", "gap 0:11-20 expired"]);
  assert.deepEqual(sub.offsets, { 0: 20 });
});

test("lag is told on the bridge's clock, at most once a second", async () => {
  const { sub, say, net, host } = await begin();
  const lags: number[] = [];
  sub.on("lag", ({ ms }) => lags.push(ms));
  await say({ heartbeat: { time: 1 } });
  await say({ pong: { time: host.time + 5000 }, id: net.last().ops("ping")[0].id });
  const t = host.time + 5000 - 42;
  await say(batch(0, 10, 11, { t }), batch(0, 11, 12, { t }));
  assert.deepEqual([lags, sub.lag], [[42], { ms: 42, queued: 0 }]);
  await host.pass(1000);
  await say(batch(0, 12, 13, { t }), batch(0, 13, 14, { t: host.time + 99_000 }), batch(0, 14, 15, { t: -1 }));
  assert.deepEqual([lags, sub.lag.ms], [[42, 1042], 0], "a record from the future is not behind");
});

test("raw hands out the text of each value", async () => {
  const { client, net } = setUp();
  const sub = client.subscribe("m", { raw: true });
  const raws: (string | undefined)[] = [];
  sub.on("batch", ({ updates }) => raws.push(...updates.map(({ raw }) => raw)));
  await settled();
  net.last().accept();
  net.last().say(subscribed(net.last().ops("subscribe")[0].id, "0:10"));
  net.last().say('{"ch":"m","p":0,"from":10,"next":12,"fp":"00000000","u":[{"o":10,"t":1,"v":12345678901234567890},{"o":11,"t":1,"s":"x"}]}');
  await settled();
  assert.deepEqual(raws, ["12345678901234567890", undefined]);
});

test("status is told", async () => {
  const { client, net } = setUp();
  const told: unknown[] = [];
  client.on("status", (status) => told.push(status));
  client.subscribe("m");
  await settled();
  net.last().accept();
  net.last().say({ status: { kafka: "unreachable", since: 7 } });
  assert.deepEqual(told, [{ kafka: "unreachable", since: 7 }]);
});

test("a batch's position is the place after it, whenever it is asked for", async () => {
  const { sub, say } = await begin({ at: "0:10,1:5" });
  const batches: Batch[] = [];
  sub.on("batch", (batch) => void batches.push(batch));
  await say(batch(0, 10, 12), batch(1, 5, 6));
  await say({ reset: { channel: "m", reason: "truncated", position: position("0:3", "1:4") } }, batch(0, 3, 4));
  const [a, b, c] = batches.map(({ partition, next }) => `${partition}:${next}~${batch(partition, next - 1, next).fp}`);
  assert.deepEqual(batches.map(({ position }) => position), [position(a!, "1:5"), position(a!, b!), position(c!, "1:4")]);
});
