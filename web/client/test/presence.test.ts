// Is the other end there, is the network, is the page? And what time is it there?
import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "./support/begin.js";
import { settled } from "./support/host.js";

test("silence makes it stale, and an answer live; without one it is dialled anew", async () => {
  const { client, net, host, said, sub } = await open();
  await host.pass(20_000);
  assert.deepEqual([client.state, sub.state], ["stale", "stale"]);
  assert.equal(said.states.at(-1)!.reason, "silent");
  const pings = net.last().ops("ping").length;
  assert.ok(pings >= 2, "it asked");
  net.last().say({ heartbeat: { time: 1 } });
  assert.equal(client.state, "live");
  await host.pass(31_000);
  assert.equal(net.sockets.length, 2);
  assert.equal(net.sockets[0]!.closedWith, 1000);
});

test("after a death in silence the next connection is open with its welcome, not before", async () => {
  const { net, host, said } = await open();
  await host.pass(31_000);
  net.last().readyState = 1;
  net.last().say("?");
  assert.deepEqual(said.names().slice(-3), ["stale", "connecting", "connecting"]);
});

test("offline: an open socket is doubted, not dropped; waiting is told apart", async () => {
  const { client, net, host, said } = await open();
  await host.page("offline");
  assert.equal(client.state, "stale");
  net.last().say({ heartbeat: { time: 1 } });
  assert.equal(client.state, "live", "localhost needs no network");
  await host.page("offline");
  await host.pass(10_000);
  assert.equal(client.state, "offline");
  assert.equal(said.states.at(-1)!.reason, "silent");
  await host.pass(750);
  assert.equal(net.open().length, 1, "it is tried all the same");
  net.last().hangUp();
  assert.equal(client.state, "offline");
});

test("online: the wait begins anew, with jitter", async () => {
  const { net, host, said } = await open({ random: () => 0.5 });
  for (let i = 0; i < 6; i++) {
    net.last().hangUp();
    await host.pass(said.states.at(-1)!.retryIn!);
  }
  net.last().hangUp();
  assert.ok(said.states.at(-1)!.retryIn! > 10_000);
  await host.page("online");
  assert.equal(said.states.at(-1)!.retryIn, 750);
  const { length } = net.sockets;
  await host.pass(750);
  assert.equal(net.sockets.length, length + 1);
});

test("a hidden page holds no socket, and one that is shown again connects at once", async () => {
  const { client, net, host, said } = await open();
  await host.page("pagehide");
  assert.equal(net.open().length, 0);
  assert.equal(said.states.at(-1)!.reason, "pagehide");
  client.range("m", "-1m", { time: 5 });
  await host.page("online");
  await host.pass(600_000);
  assert.equal(net.sockets.length, 1, "nothing is dialled in the cache");
  await host.page("pageshow");
  assert.equal(net.open().length, 2);
  client.close();
});

test("suspend holds until retry, whatever the page does", async () => {
  const { client, net, host } = await open();
  client.suspend();
  for (const event of ["pagehide", "pageshow", "offline", "online"] as const) await host.page(event);
  await host.pass(60_000);
  assert.equal(net.open().length, 0);
  client.retry();
  await settled();
  assert.equal(net.open().length, 1);
});

test("retry cuts a wait short, and changes nothing else", async () => {
  const { client, net } = await open();
  client.retry();
  await settled();
  assert.equal(net.sockets.length, 1);
  net.last().hangUp();
  client.retry();
  client.retry();
  await settled();
  client.retry();
  assert.equal(net.sockets.length, 2);
});

test("the bridge's clock is read from the shortest trip", async () => {
  const { client, net, host } = await open();
  const answer = (time: number) => net.last().say({ pong: { time }, id: net.last().ops("ping").at(-1).id });
  await host.pass(100);
  answer(host.time - 50 + 3_600_000);
  await settled();
  assert.equal(client.now(), host.time + 3_600_000);
  for (let beat = 0; beat < 5; beat++) {
    await host.pass(15_000);
    net.last().say({ heartbeat: { time: 0 } });
  }
  await host.pass(10_000); // behind a pile of data
  answer(host.time + 3_600_000);
  await settled();
  assert.equal(client.now(), host.time + 3_600_000, "a long trip tells less");
});

test("a clock that jumps is measured anew", async () => {
  const { client, net, host } = await open();
  const exchange = async (offset: number, trip: number) => {
    net.last().say({ heartbeat: { time: 0 } });
    await host.pass(trip);
    net.last().say({ pong: { time: host.time - trip / 2 + offset }, id: net.last().ops("ping").at(-1).id });
    await settled();
  };
  await exchange(0, 0);
  host.time += 3_600_000;
  await exchange(-3_600_000, 1);
  await exchange(-3_600_000, 1);
  assert.ok(Math.abs(client.now() - (host.time - 3_600_000)) <= 1);
  host.time -= 7_200_000;
  for (const timer of host.timers) timer.at -= 7_200_000;
  host.sleep(61_000);
  for (let beat = 0; beat < 4; beat++) await exchange(3_600_000, 2);
  assert.ok(Math.abs(client.now() - (host.time + 3_600_000)) <= 2, `${client.now() - host.time}`);
});
