// Ranges and questions.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setUp } from "./support/client.js";
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
