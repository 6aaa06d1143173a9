// What the bridge refuses, for good or for now.
import assert from "node:assert/strict";
import { test } from "node:test";
import { begin } from "./support/begin.js";
import { record, setUp } from "./support/client.js";
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

test("position_invalid where no position was sent ends it, and is not asked again and again", async () => {
  const { client, net } = setUp();
  const sub = client.subscribe("m", { from: "-5m", position: "from another world" });
  const { said, errors } = record(sub);
  await settled();
  net.last().accept();
  for (let n = 0; n < 50; n++) {
    net.last().say({ error: { code: "position_invalid", message: "?", retry: false }, id: net.last().ops("subscribe").at(-1).id });
  }
  await settled();
  assert.deepEqual(net.last().ops("subscribe").map(({ from }) => from), [{ position: "from another world" }, "-5m"]);
  assert.deepEqual([said, errors.map(({ code }) => code), sub.state], [["reset position_invalid "], ["position_invalid"], "closed"]);
  client.close();
});

test("what the bridge ends before it has answered is refused, and asked again in time", async () => {
  const { sub, heard, say, cut, serve, net, host } = await begin();
  await cut();
  await say({ unsubscribed: { channel: "m", code: "topic_unavailable" } });
  assert.deepEqual([sub.state, heard.errors.map(({ code }) => code)], ["idle", ["topic_unavailable"]]);
  assert.deepEqual(net.last().ops().map(({ op }) => op), ["subscribe", "unsubscribe"], "nothing of it is left there");
  await host.pass(7000);
  await serve("0:10");
  assert.equal(sub.state, "live");
});
