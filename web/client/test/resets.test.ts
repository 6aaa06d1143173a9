// Gaps and resets: told in order, and what they do to what waits.
import assert from "node:assert/strict";
import { test } from "node:test";
import { begin } from "./support/begin.js";
import { record, setUp } from "./support/client.js";
import { batch, gap, position, subscribed } from "./support/frames.js";
import { settled } from "./support/host.js";

test("gaps and resets are surfaced, in order", async () => {
  const { sub, heard, say } = await begin();
  await say(batch(0, 10, 11), gap(0, 11, 20), batch(0, 20, 21));
  await say({ reset: { channel: "m", reason: "recreated", position: position("0:0") } }, batch(0, 0, 2));
  assert.deepEqual(heard.said, ["0:10", "gap 0:11-20 expired", "0:20", `reset recreated ${position("0:0")}`, "0:0,1"]);
  const { gaps, lost, resets, duplicates } = sub.stats;
  assert.deepEqual({ gaps, lost, resets, duplicates }, { gaps: 1, lost: 9, resets: 1, duplicates: 0 });
});

test("what waits of a topic that was recreated is dropped; a truncated one is told in its turn", async () => {
  const held = [batch(0, 10, 11), gap(0, 11, 20), batch(0, 20, 21)];
  for (const [reason, before] of [
    ["recreated", []],
    ["truncated", ["0:10", "gap 0:11-20 expired", "0:20"]],
    ["channel_changed", ["0:10", "gap 0:11-20 expired", "0:20"]],
    ["position_invalid", ["0:10", "gap 0:11-20 expired", "0:20"]],
  ] as const) {
    const { sub, heard, say } = await begin();
    sub.pause();
    await say(...held, { reset: { channel: "m", reason, position: position("0:0") } }, batch(0, 0, 2));
    assert.deepEqual([heard.said, sub.lag.queued], [[], before.length ? 4 : 2]);
    sub.resume();
    await settled();
    assert.deepEqual(heard.said, [...before, `reset ${reason} ${position("0:0")}`, "0:0,1"]);
    assert.deepEqual(sub.offsets, { 0: 2 });
  }
});

test("a batch in hand when the topic is recreated is finished before the reset is told", async () => {
  const { sub, heard, say } = await begin();
  let consumed = () => {};
  sub.on("batch", ({ from }) => (from === 10 ? new Promise<void>((done) => (consumed = done)) : undefined));
  await say(batch(0, 10, 11), batch(0, 11, 12), { reset: { channel: "m", reason: "recreated", position: position("0:0") } }, batch(0, 0, 1));
  assert.deepEqual(heard.said, ["0:10"]);
  consumed();
  await settled();
  assert.deepEqual(heard.said, ["0:10", `reset recreated ${position("0:0")}`, "0:0"]);
  assert.deepEqual(sub.offsets, { 0: 1 });
});

test("a gap or reset that nobody listens for is warned of", async (t) => {
  const warn = t.mock.method(console, "warn", () => {});
  const { client, net } = setUp();
  client.subscribe("m");
  await settled();
  net.last().accept();
  net.last().say(subscribed(net.last().ops("subscribe")[0].id, "0:10"));
  net.last().say(gap(0, 10, 20));
  net.last().say({ reset: { channel: "m", reason: "truncated", position: position("0:15") } });
  assert.deepEqual(warn.mock.calls.map(({ arguments: [text] }) => text), ["tailrace: gap", "tailrace: reset"]);
  client.close();
});

test("a reset on resume keeps the head that came with it; one later makes it live", async () => {
  const { sub, say, cut, serve } = await begin({ at: "0:10" });
  await cut();
  await serve("0:10", "0:3");
  await say({ reset: { channel: "m", reason: "recreated", position: position("0:0") } });
  assert.equal(sub.state, "replaying");
  await say(batch(0, 0, 3));
  assert.equal(sub.state, "live");
  await cut();
  await serve("0:3", "0:900");
  await say(batch(0, 3, 5), { reset: { channel: "m", reason: "recreated", position: position("0:0") } });
  assert.equal(sub.state, "live");
});

test("another epoch's place is taken, and the reset that follows", async () => {
  const { heard, say, cut, net, lastAsked } = await begin();
  await cut();
  const other = "v1.deadbeef.0:70";
  await say({ subscribed: { channel: "m", position: other, head: other }, id: lastAsked().id });
  await say({ reset: { channel: "m", reason: "channel_changed", position: other } });
  await say(batch(0, 70, 71));
  assert.deepEqual(heard.said.filter((word) => !word.startsWith("recovered")), [`reset channel_changed ${other}`, "0:70"]);
  assert.equal(net.last().ops("subscribe").length, 1);
});

test("a position that the bridge can't read becomes a reset and a fresh start", async () => {
  const { client, net } = setUp();
  const sub = client.subscribe("m", { from: "-5m", position: "from another world" });
  const { said } = record(sub);
  await settled();
  net.last().accept();
  const [first] = net.last().ops();
  assert.deepEqual(first.from, { position: "from another world" });
  net.last().say({ error: { code: "position_invalid", message: "?", retry: false }, id: first.id });
  const second = net.last().ops()[1];
  assert.deepEqual([second.op, second.from], ["subscribe", "-5m"]);
  net.last().say(subscribed(second.id, "0:3"));
  net.last().say(batch(0, 3, 4));
  await settled();
  assert.deepEqual(said, ["reset position_invalid ", "0:3"]);
  client.close();
});

test("a reset that a cut kept away is told on the next connection", async () => {
  const { heard, sub, say, cut, net, lastAsked } = await begin();
  const other = "v1.deadbeef.0:70";
  await cut();
  await say({ subscribed: { channel: "m", position: other, head: other }, id: lastAsked().id });
  await cut();
  assert.deepEqual(lastAsked().from, { position: position("0:10") });
  await say({ subscribed: { channel: "m", position: other, head: other }, id: lastAsked().id });
  await say({ reset: { channel: "m", reason: "channel_changed", position: other } }, batch(0, 70, 71));
  assert.deepEqual(heard.said.filter((word) => !word.startsWith("recovered")), [`reset channel_changed ${other}`, "0:70"]);
  assert.deepEqual([sub.stats.resets, sub.state, net.sockets.length], [1, "live", 3]);
});

test("a reset keeps the anchors of what it leaves where it stood, in the same view of the channel", async () => {
  for (const [epoch, after] of [["00c0ffee", "0:40,1:7~00000001,2:8"], ["deadbeef", "0:40,1:7,2:8"]]) {
    const { sub, say } = await begin({ at: "0:100~00000001,1:7~00000001,2:9~00000001,3:5~00000001" });
    await say({ reset: { channel: "m", reason: "truncated", position: `v1.${epoch}.0:40,1:7,2:8` } });
    assert.equal(sub.position, `v1.${epoch}.${after}`);
  }
});

test("who closes when told of the reset is not subscribed again", async () => {
  const { client, net } = setUp();
  const sub = client.subscribe("m", { position: position("0:10") });
  sub.on("reset", () => sub.close());
  await settled();
  net.last().accept();
  net.last().say({ error: { code: "position_invalid", message: "?", retry: false }, id: net.last().ops()[0].id });
  await settled();
  assert.equal(net.last().ops("subscribe").length, 1);
  client.close();
});
