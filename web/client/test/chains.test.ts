// The golden chains, played through a whole client: what is taken, where it stands, what it makes of errors.
import assert from "node:assert/strict";
import { test } from "node:test";
import { record, setUp } from "./support/client.js";
import { golden } from "./support/golden.js";
import { settled } from "./support/host.js";

const { chains } = golden("chains");

for (const { name, start, frames, taken, end, error, error_at } of chains) {
  test(`chain: ${name}`, async () => {
    const { client, net, said } = setUp();
    const sub = client.subscribe("metrics", { position: start });
    const { updates } = record(sub);
    sub.on("reset", () => {});
    await settled();
    const socket = net.last();
    socket.accept();
    socket.say({ subscribed: { channel: "metrics", position: start, head: start }, id: socket.ops("subscribe")[0].id });
    for (const frame of error === null ? frames : frames.slice(0, error_at)) socket.say(frame);
    await settled();
    assert.deepEqual([sub.stats.holes, said.errors.length], [0, 0]);
    if (error !== null) socket.say(frames[error_at]);
    await settled();
    assert.deepEqual(updates, taken);
    assert.equal(sub.position, end);
    assert.equal(sub.stats.holes, error === "hole" ? 1 : 0);
    assert.deepEqual(said.errors.map(({ code }) => code), error === "bad_frame" ? ["protocol_error"] : []);
    const again = socket.ops("subscribe")[1];
    if (error === "hole") assert.deepEqual(again.from, { position: end });
    else assert.equal(again, undefined);
    client.close();
  });
}

test("there are chains", () => assert.ok(chains.length > 40));
