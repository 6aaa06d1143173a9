// A thousand clients that come and go leave nothing behind: no listener, no timer, no socket.
import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { createClient } from "../src/client.js";
import { connect } from "../src/index.js";
import { Bridge, Session } from "./support/bridge.js";
import { dice, FakeHost, settled } from "./support/host.js";
import { fakeNet } from "./support/socket.js";

const CYCLES = 1000;

test(`${CYCLES} clients on a fake clock`, async () => {
  const host = new FakeHost(dice(1));
  const net = fakeNet();
  for (let n = 0; n < CYCLES; n++) {
    const client = createClient("ws://bridge/ws", { WebSocket: net.WebSocket, token: () => "t" }, host);
    const subs = [client.subscribe("a"), client.subscribe("a", { from: "-1m" }), client.range("a", "-1m", { time: 1 })];
    client.channels().catch(() => {});
    for (const sub of subs) sub.on("batch", () => {});
    await settled();
    // Closed while dialling, open, waiting, stale or suspended.
    if (n % 5 > 0) for (const socket of net.open()) socket.accept();
    if (n % 5 === 2) for (const socket of net.open()) socket.hangUp();
    if (n % 5 === 3) await host.pass(21_000);
    if (n % 5 === 4) client.suspend();
    client.close();
    assert.deepEqual([host.timers.size, host.listeners.size, net.open().length], [0, 0, 0], `cycle ${n}`);
  }
});

test(`${CYCLES} clients on real sockets`, async () => {
  const bridge = new Bridge(() => Date.now(), dice(1));
  bridge.topic("a", 2).produce(0, Date.now());
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  server.on("connection", (socket) => {
    const session = new Session(bridge, { send: (text) => socket.send(text), close: (code) => socket.close(code) });
    socket.on("message", (data) => (session.receive(JSON.parse(`${data}`)), session.serve()));
  });
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
  const before = process.getActiveResourcesInfo().length;
  for (let n = 0; n < CYCLES; n++) {
    const client = connect(url, { WebSocket });
    const sub = client.subscribe("a", { from: "earliest" });
    for await (const { updates } of sub) {
      assert.equal(updates.length, 1);
      break;
    }
    client.close();
  }
  for (const socket of server.clients) await once(socket, "close");
  while (process.getActiveResourcesInfo().length > before) await settled(); // the runner's limit ends a leak
  server.close();
});
