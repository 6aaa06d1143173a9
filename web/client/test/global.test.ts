// The script-tag build, as a page without modules gets it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { root } from "./support/root.js";
import { fakeNet } from "./support/socket.js";

function page(extra: object) {
  const globals = { URL, setTimeout, clearTimeout, location: new URL("https://example.org/dash/board?x=1#here"), ...extra };
  const context: any = createContext(globals);
  runInContext(readFileSync(`${root}/web/client/dist/tailrace.global.js`, "utf8"), context);
  return context;
}

test("a script tag brings tailrace.connect and nothing else", () => {
  const before = Object.keys(createContext({ URL, setTimeout, clearTimeout, location: 1 }));
  const context = page({});
  assert.deepEqual(Object.keys(context).filter((name) => !before.includes(name)), ["tailrace"]);
  assert.deepEqual(Object.keys(context.tailrace), ["connect"]);
});

test("addresses are relative to the page, and http becomes ws", async () => {
  for (const [url, address] of [
    ["/ws", "wss://example.org/ws"],
    ["ws", "wss://example.org/dash/ws"],
    ["http://localhost:8080/ws", "ws://localhost:8080/ws"],
    ["wss://other.org/t/ws?x=1", "wss://other.org/t/ws?x=1"],
  ]) {
    const net = fakeNet();
    const { tailrace } = page({ WebSocket: net.WebSocket });
    const client = tailrace.connect(url);
    client.subscribe("m");
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(net.last().url, address);
    client.close();
  }
});

test("without a WebSocket it says so at once", () => {
  const { tailrace } = page({});
  assert.throws(() => tailrace.connect("/ws"), /no WebSocket/);
});
