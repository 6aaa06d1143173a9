// What the bridge refuses, for good or for now.
import assert from "node:assert/strict";
import { test } from "node:test";
import { begin } from "./support/begin.js";
import { setUp } from "./support/client.js";
import { settled } from "./support/host.js";

test("refused: an error, idle, and asked again on the next connection and after a new token", async () => {
  const { sub, heard, say, cut, serve, lastAsked, net } = await begin();
  await say({ unsubscribed: { channel: "m", code: "forbidden" } });
  assert.deepEqual([sub.state, heard.errors[0]!.code, heard.errors[0]!.retryable], ["idle", "forbidden", false]);
  assert.equal(heard.states.at(-1)!.reason, "forbidden");
  await cut();
  assert.match(lastAsked().from.position, /0:10$/);
  await say({ error: { code: "channel_unavailable", message: "no", retry: false, channel: "m" }, id: lastAsked().id });
  assert.equal(heard.errors[1]!.hint, "no such channel for this token");
  assert.equal(net.last().ops("subscribe").length, 1);
  await serve("0:10");
  assert.equal(sub.state, "idle", "an answer to what was given up counts for nothing");
});

test("refused, then another token: asked again", async () => {
  const { client, net } = setUp({ token: () => "t" });
  const sub = client.subscribe("m");
  sub.on("error", () => {});
  await settled();
  net.last().accept();
  net.last().say({ error: { code: "channel_unavailable", message: "no", retry: false }, id: net.last().ops("subscribe")[0].id });
  net.last().say({ expiring: { at: 5 } });
  await settled();
  net.last().say({ authenticated: { expires: null }, id: net.last().ops("auth")[0].id });
  await settled();
  assert.equal(net.last().ops("subscribe").length, 2);
  assert.equal(sub.state, "connecting");
});

test("refused for now: asked again with backoff from 5 s", async () => {
  const { heard, say, host, net, serve } = await begin();
  await say({ unsubscribed: { channel: "m", code: "topic_unavailable" } });
  assert.deepEqual([heard.errors[0]!.code, heard.errors[0]!.retryable], ["topic_unavailable", true]);
  await host.pass(4999);
  assert.equal(net.last().ops("subscribe").length, 1);
  await host.pass(2000);
  assert.equal(net.last().ops("subscribe").length, 2);
  await serve("0:10");
  assert.equal(heard.states.at(-1)!.new, "live");
});

test("a loop over what is refused throws, whenever it begins", async () => {
  for (const late of [false, true]) {
    const { client, net } = setUp();
    const sub = client.subscribe("m");
    const loop = async () => {
      for await (const _ of sub) assert.fail();
    };
    const early = late ? undefined : assert.rejects(loop(), { code: "channel_unavailable", retryable: false });
    await settled();
    net.last().accept();
    net.last().say({ error: { code: "channel_unavailable", message: "no", retry: false }, id: net.last().ops("subscribe")[0].id });
    await settled();
    await (early ?? assert.rejects(loop(), { code: "channel_unavailable" }));
    assert.equal(sub.state, "closed");
  }
});
