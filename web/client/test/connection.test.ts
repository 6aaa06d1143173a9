// Dialling, backoff, and servers that talk nonsense.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "./support/begin.js";
import { setUp } from "./support/client.js";
import { settled } from "./support/host.js";

test("nothing is dialled before something is wanted", async () => {
  const { client, net, host } = setUp();
  await host.pass(60_000);
  assert.equal(net.sockets.length, 0);
  assert.equal(client.state, "idle");
  client.retry();
  client.suspend();
  client.retry();
  assert.equal(net.sockets.length, 0);
  client.close();
});

test("the protocol's name and the token ride as subprotocols", async () => {
  const { client, net } = setUp({ token: async () => "a.b.c" });
  client.subscribe("m");
  await settled();
  assert.equal(net.last().url, "ws://bridge/ws");
  assert.deepEqual(net.last().protocols, ["tailrace.v1", "bearer.a.b.c"]);
  const plain = setUp();
  plain.client.subscribe("m");
  await settled();
  assert.deepEqual(plain.net.last().protocols, ["tailrace.v1"]);
});

test("nothing is sent before the welcome", async () => {
  const { client, net, said } = setUp();
  client.subscribe("m");
  await settled();
  net.last().readyState = 1;
  net.last().onopen?.({});
  assert.deepEqual(net.last().sent, []);
  net.last().accept();
  assert.equal(net.last().ops("subscribe").length, 1);
  assert.deepEqual(said.names(), ["connecting", "live"]);
});

test("a lost connection is tried again with full jitter, from the first time on", async () => {
  const { net, host, said } = await open({ random: () => 0.25 });
  net.last().hangUp(1006);
  const change = said.states.at(-1)!;
  assert.deepEqual({ ...change }, { old: "live", new: "connecting", reason: "lost", code: 1006, retryIn: 625 });
  await host.pass(624);
  assert.equal(net.sockets.length, 1);
  await host.pass(1);
  assert.equal(net.sockets.length, 2);
  net.last().hangUp();
  assert.equal(said.states.at(-1)!.retryIn, 750);
  assert.equal(said.errors.at(-1)!.code, "connect_failed");
  assert.equal(said.errors.at(-1)!.retryable, true);
});

test("five seconds of uptime, and no less, make failures forgotten", async () => {
  const { net, host, said } = await open({ random: () => 1 });
  const delays: number[] = [];
  for (const uptime of [0, 0, 4999, 5000, 0, 0]) {
    await host.pass(uptime);
    net.last().hangUp();
    delays.push(said.states.at(-1)!.retryIn!);
    await host.pass(delays.at(-1)!);
    net.last().accept();
  }
  assert.deepEqual(delays, [1000, 1500, 2500, 1000, 1500, 2500]);
});

test("an attempt that gets no welcome is given up", async () => {
  const { client, net, host, said } = setUp();
  client.subscribe("m");
  await host.pass(19_999);
  assert.ok(net.last().isOpen);
  await host.pass(1);
  assert.ok(!net.last().isOpen);
  assert.equal(said.states.at(-1)!.reason, "timeout");
  await host.pass(750);
  assert.equal(net.open().length, 1);
});

test("reconnect_in replaces the first delay", async () => {
  const { net, host, said } = await open();
  await host.pass(6000);
  net.last().say({ closing: { reason: "draining", reconnect_in: 1830 } });
  net.last().hangUp(1012);
  assert.equal(said.states.at(-1)!.retryIn, 1830);
  await host.pass(1830);
  net.last().hangUp(1012);
  assert.equal(said.states.at(-1)!.retryIn, 1000, "and only that one");
});

test("all other close codes back off", async () => {
  for (const code of [1000, 1001, 1002, 1005, 1006, 1007, 1009, 1011, 1012, 1013, 4000, 4408, 4429]) {
    const { client, net, host, said } = await open();
    net.last().hangUp(code);
    assert.equal(client.state, "connecting", `${code}`);
    assert.deepEqual(said.errors.map(({ code }) => code), code === 1009 ? ["too_big"] : []);
    await host.pass(1000);
    assert.equal(net.open().length, 1);
    client.close();
  }
});

test("a class that throws is an attempt that failed", async () => {
  class Broken {
    constructor() {
      throw new SyntaxError("bad token");
    }
  }
  const { client, host, said } = setUp({ WebSocket: Broken as any });
  client.subscribe("m");
  await host.pass(1000);
  assert.ok(said.errors.length >= 2);
  assert.equal(said.errors[0]!.code, "connect_failed");
  client.close();
});

const nonsense = {
  "no JSON": "hello",
  "an array": "[]",
  "a number": "7",
  "null": "null",
  "binary": new ArrayBuffer(8) as any,
  "a subscribed without a position": JSON.stringify({ subscribed: { channel: "m" }, id: 1 }),
  "a batch that is none": JSON.stringify({ ch: "m", u: 5 }),
  "an unreadable position": JSON.stringify({ subscribed: { channel: "m", position: "v7", head: "v7" }, id: 1 }),
};

for (const [name, frame] of Object.entries(nonsense)) {
  test(`nonsense, ${name}: protocol error, backoff, resume`, async () => {
    const { client, net, host, said } = await open();
    const { id } = net.last().ops("subscribe")[0];
    if (name.includes("batch")) net.last().say({ subscribed: { channel: "m", position: "v1.00000000.", head: "v1.00000000." }, id });
    net.last().say(frame);
    assert.equal(net.last().closedWith, 4400);
    assert.deepEqual(said.errors.map(({ code, retryable }) => [code, retryable]), [["protocol_error", true]]);
    await host.pass(749);
    assert.equal(net.sockets.length, 1);
    await host.pass(1);
    net.last().accept();
    assert.equal(client.state, "live");
    client.close();
  });
}

test("a server that only talks nonsense is not asked faster than the backoff allows", async () => {
  const { client, net, host } = setUp({ random: () => 0 });
  client.subscribe("m");
  for (let i = 0; i < 300; i++) {
    await settled();
    if (net.last()?.isOpen) {
      net.last().readyState = 1;
      net.last().say(i % 2 ? "?" : { welcome: { protocol: 2 } });
    }
    await host.pass(100);
  }
  assert.ok(net.sockets.length <= 61, `${net.sockets.length}`);
  client.close();
});

test("what is not known is ignored", async () => {
  const { client, net, said } = await open();
  net.last().say({ weather: { rain: true } });
  net.last().say({ ch: "m", p: 0, snapshot: [] });
  net.last().say({ ch: "other", p: 0, from: 1, next: 2, fp: "00000000", u: [{ o: 1 }] });
  net.last().say({ error: { code: "cancelled", message: "", retry: false }, id: 4711 });
  assert.equal(client.state, "live");
  assert.deepEqual(said.errors, []);
  net.last().say({ error: { code: "bad_json", message: "what?", retry: false } });
  assert.deepEqual(said.errors.map(({ code }) => code), ["bad_json"]);
});

test("close lets go of everything", async () => {
  const { client, net, host, sub } = await open();
  client.range("m", "earliest", { time: 5 });
  await settled();
  client.close();
  client.close();
  client.retry();
  client.suspend();
  await host.page("pageshow");
  assert.deepEqual([client.state, sub.state], ["closed", "closed"]);
  assert.equal(net.open().length, 0);
  assert.deepEqual([host.timers.size, host.listeners.size], [0, 0]);
  const late = client.subscribe("m");
  assert.equal(late.state, "closed");
  await assert.rejects(client.channels(), { code: "closed" });
});

test("listeners may do anything: close, suspend, subscribe", async () => {
  for (const act of ["close", "suspend"] as const) {
    for (const at of ["connecting", "live", "stale"]) {
      const { client, net, host } = setUp();
      client.on("state", (change) => change.new === at && client[act]());
      client.subscribe("m");
      await settled();
      if (net.open().length) net.last().accept();
      await host.pass(60_000);
      assert.equal(net.open().length, 0, `${act} at ${at}`);
      client.close();
      assert.equal(host.timers.size, 0);
    }
  }
  const { client, net } = setUp();
  client.on("state", (change) => change.new === "live" && client.subscribe("n"));
  client.subscribe("m");
  await settled();
  net.last().accept();
  assert.deepEqual(net.last().ops("subscribe").map(({ channel }) => channel).sort(), ["m", "n"]);
});

test("listeners may close or suspend when it is live again, too", async () => {
  for (const act of ["close", "suspend"] as const) {
    const { client, net, host, said } = setUp();
    client.on("state", ({ old }) => old === "stale" && client[act]());
    client.subscribe("m");
    await settled();
    net.last().accept();
    await host.pass(20_000);
    net.last().say({ heartbeat: { time: 1 } });
    await host.pass(60_000);
    assert.deepEqual([net.sockets.length, net.open().length, said.errors.length], [1, 0, 0], act);
    assert.equal(client.state, act === "close" ? "closed" : "connecting");
    client.close();
  }
});

test("so may those of what has a socket of its own", async () => {
  const { client, net, host, said } = setUp();
  const range = client.range("m", "earliest", { time: 5 });
  range.on("state", ({ old }) => old === "stale" && range.close());
  await settled();
  net.last().accept();
  await host.pass(20_000);
  net.last().say({ heartbeat: { time: 1 } });
  await host.pass(60_000);
  assert.deepEqual([net.sockets.length, net.open().length, said.errors.length], [1, 0, 0]);
  client.close();
});

test("closed by a subscription's listener, the client is closed", async () => {
  const { client, said, sub, host } = await open();
  sub.on("state", ({ new: state }) => state === "stale" && client.close());
  await host.pass(20_000);
  assert.deepEqual([client.state, said.names().at(-1)], ["closed", "closed"]);
});

test("suspended as soon as it is open, it subscribes when it is taken up", async () => {
  const { client, net, host } = await open();
  net.last().hangUp();
  await host.pass(1000);
  const off = client.on("state", ({ new: state }) => state === "live" && client.suspend());
  net.last().accept();
  off();
  client.retry();
  await settled();
  net.last().accept();
  assert.equal(net.last().ops("subscribe").length, 1);
  client.close();
});
