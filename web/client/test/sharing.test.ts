// One socket for many subscriptions, and when there are more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { record, setUp } from "./support/client.js";
import { batch, position, subscribed } from "./support/frames.js";
import { settled } from "./support/host.js";
import type { FakeSocket } from "./support/socket.js";

async function started() {
  const all = setUp();
  const { client, net } = all;
  const accept = async () => {
    await settled();
    for (const socket of net.open()) if (socket.readyState === 0) socket.accept();
  };
  const serve = async (socket: FakeSocket, at: string, head = at) => {
    const { id, channel } = socket.ops("subscribe").at(-1);
    socket.say(subscribed(id, at, head, channel));
    await settled();
  };
  const say = async (socket: FakeSocket, ...frames: object[]) => {
    for (const frame of frames) socket.say(frame);
    await settled();
  };
  return { ...all, client, net, accept, serve, say };
}

test("many channels share one socket", async () => {
  const { client, net, accept } = await started();
  for (const channel of ["a", "b", "c"]) client.subscribe(channel, { from: "-60s" });
  await accept();
  assert.equal(net.sockets.length, 1);
  assert.deepEqual(net.last().ops("subscribe").map(({ channel }) => channel), ["a", "b", "c"]);
});

test("equal starts on one channel share the wire; the last to leave unsubscribes", async () => {
  const { client, net, accept, serve, say } = await started();
  const one = client.subscribe("m", { from: "-60s" });
  const two = client.subscribe("m", { from: "-60s" });
  const [first, second] = [record(one), record(two)];
  await accept();
  assert.equal(net.last().ops("subscribe").length, 1);
  await serve(net.last(), "0:10", "0:12");
  await say(net.last(), batch(0, 10, 12));
  one.close();
  await say(net.last(), batch(0, 12, 13));
  assert.deepEqual(first.said, ["0:10,11"]);
  assert.deepEqual(second.said, ["0:10,11", "0:12"]);
  assert.equal(net.last().ops("unsubscribe").length, 0);
  two.close();
  assert.equal(net.last().ops("unsubscribe").length, 1);
  assert.equal(net.sockets.length, 1);
});

test("one of those that share may be slow: it leaves by itself", async () => {
  const { client, net, host } = setUp({ highWater: 400 });
  const [fast, slow] = [client.subscribe("m"), client.subscribe("m")];
  const [first, second] = [record(fast), record(slow)];
  slow.pause();
  await settled();
  net.last().accept();
  net.last().say(subscribed(net.last().ops("subscribe")[0].id, "0:10"));
  for (let o = 10; o < 30; o++) {
    net.last().say(batch(0, o, o + 1));
    await settled();
  }
  assert.equal(first.updates.length, 20);
  assert.equal(net.last().ops("unsubscribe").length, 0);
  assert.equal(slow.state, "replaying");
  slow.resume();
  await settled();
  assert.equal(net.sockets.length, 2, "its place is another one now");
  net.last().accept();
  const { id, from } = net.last().ops("subscribe")[0];
  const next = +/0:(\d+)/.exec(from.position)![1]!;
  net.last().say(subscribed(id, `0:${next}`, "0:30"));
  net.last().say(batch(0, next, 30));
  await settled();
  await settled();
  assert.deepEqual(second.updates, first.updates);
  assert.equal(net.open().length, 1, "caught up: the wire is shared again");
  net.sockets[0]!.say(batch(0, 30, 31));
  await settled();
  assert.deepEqual(second.updates, first.updates);
  assert.deepEqual([slow.state, slow.stats.duplicates, fast.stats.duplicates], ["live", 0, 0]);
  client.close();
  assert.equal(host.timers.size, 0);
});

test("a different start gets a socket of its own, until it has caught up", async () => {
  const { client, net, accept, serve, say } = await started();
  const live = record(client.subscribe("m"));
  await accept();
  await serve(net.last(), "0:20");
  const late = client.subscribe("m");
  const joined = record(late);
  assert.equal(net.sockets.length, 1);
  assert.equal(late.state, "live", "live joins what is live");
  const hour = client.subscribe("m", { from: "-1h" });
  const old = record(hour);
  await accept();
  assert.equal(net.sockets.length, 2);
  await serve(net.sockets[1]!, "0:18", "0:20");
  await say(net.sockets[0]!, batch(0, 20, 21));
  await say(net.sockets[1]!, batch(0, 18, 21));
  assert.equal(net.open().length, 2, "other starts don't share: a reset would send them elsewhere");
  assert.deepEqual([live.said, joined.said, old.said], [["0:20"], ["0:20"], ["0:18,19,20"]]);
  hour.close();
  assert.equal(net.open().length, 1);
});

test("the same relative start, later, is another start; it joins when it has caught up", async () => {
  const { client, net, accept, serve, say } = await started();
  const one = client.subscribe("m", { from: "-60s" });
  const first = record(one);
  await accept();
  await serve(net.last(), "0:10");
  const two = client.subscribe("m", { from: "-60s" });
  const second = record(two);
  await accept();
  assert.equal(net.sockets.length, 2);
  await serve(net.sockets[1]!, "0:5", "0:10");
  await say(net.sockets[1]!, batch(0, 5, 9));
  assert.equal(two.state, "replaying");
  await say(net.sockets[1]!, batch(0, 9, 11));
  assert.equal(net.open().length, 2, "ahead of the shared wire by one");
  await say(net.sockets[0]!, batch(0, 10, 11));
  assert.equal(net.open().length, 2, "nothing of its own happened since");
  await say(net.sockets[0]!, batch(0, 11, 12));
  await say(net.sockets[1]!, batch(0, 11, 12));
  assert.equal(net.open().length, 1);
  await say(net.sockets[0]!, batch(0, 12, 13));
  assert.deepEqual(first.updates, [[0, 10], [0, 11], [0, 12]]);
  assert.deepEqual(second.updates.map(([, o]) => o), [5, 6, 7, 8, 9, 10, 11, 12]);
  assert.deepEqual(second.names(), ["replaying", "live"], "and nothing shows");
});

test("raw and not raw don't share", async () => {
  const { client, net, accept } = await started();
  client.subscribe("m");
  client.subscribe("m", { raw: true });
  await accept();
  assert.equal(net.sockets.length, 2);
});

test("a shared wire resumes for all", async () => {
  const { client, net, host, accept, serve, say } = await started();
  const [first, second] = [record(client.subscribe("m")), record(client.subscribe("m"))];
  await accept();
  await serve(net.last(), "0:10");
  await say(net.last(), batch(0, 10, 11));
  net.last().hangUp();
  await host.pass(1000);
  await accept();
  assert.deepEqual(net.last().ops("subscribe").map(({ from }) => from), [{ position: position(`0:11~${batch(0, 10, 11).fp}`) }]);
  await serve(net.last(), "0:11", "0:12");
  await say(net.last(), batch(0, 11, 12));
  assert.deepEqual(first.said, ["0:10", "0:11", "recovered 1 lost 0"]);
  assert.deepEqual(second.said, first.said);
});

test("who joins a refused feed hears of it", async () => {
  const { client, net, accept, say } = await started();
  const one = record(client.subscribe("x"));
  await accept();
  await say(net.last(), { error: { code: "channel_unavailable", message: "no", retry: false }, id: net.last().ops("subscribe")[0].id });
  const two = client.subscribe("x");
  const heard = record(two);
  assert.equal(two.state, "idle");
  assert.equal(net.sockets.length, 1);
  await assert.rejects(async () => {
    for await (const _ of two) assert.fail();
  });
  assert.deepEqual([one.errors.length, heard.errors.length], [1, 1]);
});

test("nobody has to loop to hear of it", async () => {
  const { client, accept, net, say } = await started();
  record(client.subscribe("x"));
  await accept();
  await say(net.last(), { error: { code: "channel_unavailable", message: "no", retry: false }, id: net.last().ops("subscribe")[0].id });
  const { errors } = record(client.subscribe("x"));
  const gone = client.subscribe("x");
  const heard = record(gone);
  gone.close();
  await settled();
  assert.deepEqual([errors.map(({ code }) => code), heard.errors], [["channel_unavailable"], []]);
});
