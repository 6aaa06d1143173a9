// Ranges and questions.
import assert from "node:assert/strict";
import { test } from "node:test";
import { record, setUp } from "./support/client.js";
import { batch, position, subscribed } from "./support/frames.js";
import { settled } from "./support/host.js";

test("a range has a socket of its own, resumes, and ends its loop", async () => {
  const { client, net, host } = setUp();
  client.subscribe("m");
  const range = client.range("m", { time: 5 }, { position: position("0:14") });
  await settled();
  assert.equal(net.sockets.length, 2);
  const serve = (at: string) => {
    net.last().accept();
    const { id, ...op } = net.last().ops()[0];
    net.last().say(subscribed(id, at, "0:900"));
    return op;
  };
  const seen: number[] = [];
  const loop = (async () => {
    for await (const { updates } of range) seen.push(...updates.map(({ o }) => o));
  })();
  const op = serve("0:10");
  assert.deepEqual(op, { op: "subscribe", channel: "m", from: { time: 5 }, start: { time: 5 }, to: { position: position("0:14") } });
  net.last().say(batch(0, 10, 12));
  net.last().hangUp();
  await host.pass(1000);
  const again = serve("0:12");
  assert.match(again.from.position, /0:12~/);
  assert.deepEqual(again.to, op.to);
  net.last().say(batch(0, 12, 14));
  net.last().say({ ended: { channel: "m", position: position("0:14") } });
  await loop;
  assert.deepEqual(seen, [10, 11, 12, 13]);
  assert.equal(range.state, "closed");
  assert.equal(net.open().length, 1, "its socket is gone");
  assert.deepEqual(range.offsets, { 0: 14 });
});

test("questions are answered by id, over a cut too; errors that may pass are asked again", async () => {
  const { client, net, host } = setUp();
  const channels = client.channels();
  const times = client.times("m", [1000, 2000]);
  await settled();
  net.last().accept();
  const [first, second] = net.last().ops();
  assert.deepEqual([first.op, second.op, second.at], ["channels", "times", [1000, 2000]]);
  net.last().say({ channels: [{ name: "m", topic: "t", partitions: [[0, 0, 1050], [1, null, 91]], rate: 12.5 }], id: first.id });
  assert.deepEqual(await channels, [
    {
      name: "m",
      topic: "t",
      partitions: [{ partition: 0, earliest: 0, latest: 1050 }, { partition: 1, earliest: null, latest: 91 }],
      rate: 12.5,
    },
  ]);
  net.last().hangUp();
  await host.pass(1000);
  net.last().accept();
  const [again] = net.last().ops();
  net.last().say({ error: { code: "overloaded", message: "", retry: true, channel: "m" }, id: again.id });
  await host.pass(1000);
  const third = net.last().ops()[1];
  const answer = { channel: "m", at: [1000, 2000], offsets: [[4], [null]], earliest: 3 };
  net.last().say({ times: answer, id: third.id });
  assert.deepEqual(await times, answer);
  const refused = client.times("x", []);
  await settled();
  net.last().say({ error: { code: "bad_field", message: "at", retry: false }, id: net.last().ops()[2].id });
  await assert.rejects(refused, { code: "bad_field", message: "at" });
  client.close();
  assert.equal(host.timers.size, 0);
});

test("a range's relative end is fixed once, on the bridge's clock", async () => {
  for (const [to, before] of [["-90s", 90_000], ["-5m", 300_000], ["-1h", 3_600_000], ["-2d", 172_800_000]] as const) {
    const { client, net, host } = setUp();
    client.range("m", "-9d", to);
    await settled();
    net.last().accept({ time: 1_732_147_200_000 });
    const [first] = net.last().ops();
    assert.deepEqual([first.from, first.to], ["-9d", { time: 1_732_147_200_000 - before }]);
    net.last().say(subscribed(first.id, "0:10", "0:900"));
    net.last().hangUp();
    await host.pass(1000);
    net.last().accept({ time: 1_732_147_201_000 });
    assert.deepEqual(net.last().ops()[0].to, first.to);
    client.close();
  }
});

test("an end that is no relative time is the bridge's to refuse", async () => {
  for (const to of ["60s", "-6.5s", "-s", "-5", "-5w", "- 5s", "-1234567890s", "live", 5] as any[]) {
    const { client, net } = setUp();
    const range = client.range("m", "earliest", to);
    const { errors } = record(range);
    await settled();
    net.last().accept();
    const [{ id, to: sent }] = net.last().ops();
    assert.deepEqual(sent, to);
    net.last().say({ error: { code: "bad_field", message: "to", retry: false }, id });
    assert.deepEqual(errors.map(({ code, retryable }) => [code, retryable]), [["bad_field", false]]);
    client.close();
  }
});

test("nor does the end move with a range that is slow", async () => {
  const { client, net } = setUp({ highWater: 100 });
  const range = client.range("m", "-2h", "-1h");
  await settled();
  net.last().accept({ time: 10_000_000 });
  range.pause();
  net.last().say(subscribed(net.last().ops()[0].id, "0:10", "0:900"));
  net.last().say(batch(0, 10, 12));
  assert.equal(net.open().length, 0, "its queue is full");
  range.on("batch", () => {});
  range.resume();
  await settled();
  net.last().accept({ time: 20_000_000 });
  assert.deepEqual(net.last().ops()[0].to, { time: 6_400_000 });
  client.close();
});

test("a range whose end the bridge does not take is over", async () => {
  for (const to of ["v1.deadbeef.0:5", "from another world"]) {
    const { client, net, host } = setUp();
    const range = client.range("m", { position: position("0:10") }, { position: to });
    const { said, errors } = record(range);
    await settled();
    net.last().accept();
    const refusal = { code: "position_invalid", message: "not this one", retry: false };
    net.last().say({ error: refusal, id: net.last().ops()[0].id });
    await host.pass(600_000);
    assert.deepEqual(errors.map(({ code, message, retryable }) => [code, message, retryable]), [["position_invalid", "not this one", false]]);
    assert.deepEqual([range.state, said, net.sockets.length, net.open().length], ["closed", [], 1, 0]);
    assert.equal(net.last().ops("subscribe").length, 1);
    client.close();
  }
});

test("a range ends with the history that it is a part of", async () => {
  const { client, net, host } = setUp();
  const range = client.range("m", "earliest", { position: position("0:900") });
  await settled();
  net.last().accept();
  net.last().say(subscribed(net.last().ops()[0].id, "0:10", "0:900"));
  const loop = (async () => {
    for await (const { from } of range) assert.equal(from, 10);
  })();
  net.last().say(batch(0, 10, 11));
  await settled();
  net.last().say({ reset: { channel: "m", reason: "recreated", position: position("0:0") } });
  await assert.rejects(loop, { code: "recreated", retryable: false });
  await host.pass(60_000);
  assert.deepEqual([range.state, net.sockets.length, net.open().length], ["closed", 1, 0]);
  client.close();
});

test("a question that waits to be asked again is not forgotten over a silence", async () => {
  const { client, net, host } = setUp({ random: () => 0.999 });
  const times = client.times("m", [1000]);
  await settled();
  net.last().accept();
  await host.pass(20_000);
  assert.equal(client.state, "stale");
  const overloaded = { code: "overloaded", message: "", retry: true };
  net.last().say({ error: overloaded, id: net.last().ops("times")[0].id });
  assert.equal(client.state, "live");
  await host.page("offline");
  net.last().say({ heartbeat: { time: 1 } });
  await host.pass(1500);
  const answer = { channel: "m", at: [1000], offsets: [[4]], earliest: 3 };
  net.last().say({ times: answer, id: net.last().ops("times").at(-1).id });
  assert.deepEqual(await times, answer);
  client.close();
});
