// What the library sends, held against the golden messages of clients.
import assert from "node:assert/strict";
import { test } from "node:test";
import { begin } from "./support/begin.js";
import { setUp } from "./support/client.js";
import { golden } from "./support/golden.js";
import { settled } from "./support/host.js";
import type { Client } from "../src/types.js";

const { good } = golden("client");
const messages: any[] = good.map(({ message }: { message: string }) => JSON.parse(message));
const of = (name: string) => messages.filter(({ op }) => op === name);

/** The first golden message with such an op, without its id. */
function like(name: string) {
  const { id, ...op } = of(name)[0];
  return op;
}

/** The op that the client sends when it is asked for something, and its connection. */
async function sent(name: string, act: (client: Client) => unknown, options = {}) {
  const { client, net } = setUp(options);
  act(client);
  await settled();
  const socket = net.last();
  socket.accept();
  socket.say({ expiring: { at: 1 } });
  await settled();
  const { id, ...op } = socket.ops(name)[0];
  assert.ok(Number.isSafeInteger(id) && id >= 0);
  return { op, socket };
}

// Without a position `start` is ignored, and the library always sends it.
const subscribes = of("subscribe").filter(({ from, start }) => from?.position || !start);

for (const { channel, from, start, to } of subscribes) {
  test(`subscribe from ${JSON.stringify(from)}, start ${JSON.stringify(start)}, to ${JSON.stringify(to)}`, async () => {
    const { op } = await sent("subscribe", (client) =>
      to ? client.range(channel, from, to)
        : client.subscribe(channel, start ? { from: start, position: from.position } : { from }));
    assert.deepEqual([op.channel, op.from], [channel, from ?? "live"]);
    if (typeof to === "string") assert.ok(Number.isSafeInteger(op.to.time), "fixed once, whenever it resumes");
    else assert.deepEqual(op.to, to);
    assert.deepEqual(op.start, from?.position ? start ?? "earliest" : op.from);
  });
}

test("unsubscribe", async () => {
  const { sub, net } = await begin();
  sub.close();
  const { id, ...op } = net.last().ops("unsubscribe")[0];
  assert.ok(id > 0);
  assert.deepEqual({ ...op, channel: "metrics" }, like("unsubscribe"));
});

test("channels and ping", async () => {
  const { op, socket } = await sent("channels", (client) => void client.channels().catch(() => {}));
  const [{ id, ...ping }] = socket.ops("ping");
  assert.ok(id > 0);
  assert.deepEqual([op, ping], [like("channels"), like("ping")]);
});

for (const { channel, at } of of("times")) {
  test(`${at.length} times`, async () => {
    const { op } = await sent("times", (client) => void client.times(channel, at).catch(() => {}));
    assert.deepEqual(op, { op: "times", channel, at });
  });
}

for (const { token } of of("auth")) {
  test(`auth with ${JSON.stringify(token)}`, async () => {
    const { op } = await sent("auth", (client) => client.subscribe("m"), { token: () => token });
    assert.deepEqual(op, { op: "auth", token });
  });
}
