import assert from "node:assert/strict";
import { test } from "node:test";
import type { SubscribeOptions } from "../src/types.js";
import { record, setUp } from "./support/client.js";
import { batch, cover, gap, position, subscribed } from "./support/frames.js";
import { settled } from "./support/host.js";

type Options = SubscribeOptions & { highWater?: number; at?: string; head?: string };

/** A subscription of "m" that was served at a place. */
async function begin({ at = "0:10", head = at, highWater, ...options }: Options = {}) {
  const all = setUp({ highWater });
  const sub = all.client.subscribe("m", options);
  const heard = record(sub);
  await settled();
  all.net.last().accept();
  const serve = (place: string, end = place) => {
    const socket = all.net.last();
    socket.say(subscribed(socket.ops("subscribe").at(-1).id, place, end));
    return settled();
  };
  await serve(at, head);
  const say = async (...frames: object[]) => {
    for (const frame of frames) all.net.last().say(frame);
    await settled();
  };
  /** A cut, and the next connection. */
  const cut = async () => {
    all.net.last().hangUp();
    await all.host.pass(all.said.states.at(-1)!.retryIn!);
    all.net.last().accept();
  };
  return { ...all, sub, heard, serve, say, cut, lastAsked: () => all.net.last().ops("subscribe").at(-1) };
}

test("from, start and position on the wire", async () => {
  const at = position("0:5~00000001");
  for (const [options, from, start] of [
    [undefined, "live", "live"],
    [{ from: "-60s" }, "-60s", "-60s"],
    [{ from: { last: 100 } }, { last: 100 }, { last: 100 }],
    [{ from: "-60s", position: at }, { position: at }, "-60s"],
    [{ from: "-60s", position: "" }, "-60s", "-60s"],
    [{ from: "-60s", position: null }, "-60s", "-60s"],
    [{ from: { position: at } }, { position: at }, "earliest"],
  ] as const) {
    const { client, net } = setUp();
    client.subscribe("m", options);
    await settled();
    net.last().accept();
    const { id, ...op } = net.last().ops()[0];
    assert.deepEqual(op, { op: "subscribe", channel: "m", from, start });
    client.close();
  }
});

test("connecting, replaying, live: live when the place has passed the head", async () => {
  const { sub, heard, say } = await begin({ at: "0:10,1:5", head: "0:14,1:5" });
  assert.deepEqual(heard.names(), ["replaying"], "it was connecting before anybody could listen");
  await say(batch(1, 5, 9), batch(0, 10, 13));
  assert.equal(sub.state, "replaying");
  await say(cover([0, 13, 14]));
  assert.deepEqual(heard.names(), ["replaying", "live"]);
  assert.deepEqual(heard.states.map(({ reason }) => reason), ["subscribed", "head"]);
  assert.deepEqual(heard.said, ["1:5,6,7,8", "0:10,11,12"]);
  assert.deepEqual(sub.offsets, { 0: 14, 1: 9 });
});

test("a loop gets batches; what it holds is not consumed yet, and each says where it leads", async () => {
  const { client, net } = setUp();
  const sub = client.subscribe("m");
  await settled();
  net.last().accept();
  net.last().say(subscribed(net.last().ops("subscribe")[0].id, "0:10"));
  net.last().say(batch(0, 10, 12));
  net.last().say(batch(0, 12, 13));
  const seen: string[] = [];
  for await (const { from, next, updates, position: after, channel, partition } of sub) {
    assert.deepEqual([channel, partition, updates.length], ["m", 0, next - from]);
    seen.push(`${from}`, sub.position, after);
    if (from === 12) break;
  }
  const ten = position("0:10");
  const twelve = position(`0:12~${batch(0, 10, 12).fp}`);
  const thirteen = position(`0:13~${batch(0, 12, 13).fp}`);
  assert.deepEqual(seen, ["10", ten, twelve, "12", twelve, thirteen]);
  assert.equal(sub.state, "closed", "leaving the loop ends it");
  assert.equal(net.last().ops("unsubscribe").length, 1);
  assert.equal(sub.position, twelve, "what was in hand when the loop was left may not have been consumed");
});

test("close ends a loop that waits", async () => {
  const { client } = setUp();
  const sub = client.subscribe("m");
  setImmediate(() => sub.close());
  for await (const _ of sub) assert.fail();
  assert.equal(sub.state, "closed");
});

test("a listener's promise holds the next batch back", async () => {
  const { client, net } = setUp();
  const sub = client.subscribe("m");
  const waiting: (() => void)[] = [];
  const seen: number[] = [];
  sub.on("batch", ({ from }) => {
    seen.push(from);
    return new Promise<void>((resolve) => waiting.push(resolve));
  });
  await settled();
  net.last().accept();
  net.last().say(subscribed(net.last().ops("subscribe")[0].id, "0:10"));
  for (const from of [10, 11, 12]) net.last().say(batch(0, from, from + 1));
  await settled();
  assert.deepEqual([seen, sub.offsets, sub.lag.queued], [[10], { 0: 10 }, 2]);
  waiting[0]!();
  await settled();
  assert.deepEqual([seen, sub.offsets, sub.lag.queued], [[10, 11], { 0: 11 }, 1]);
});

test("what a listener throws is reported as unhandled and stops nothing", async (t) => {
  const unhandled = t.mock.method(Promise, "reject", () => {});
  const { sub, heard, say } = await begin();
  sub.on("batch", () => {
    throw new Error("theirs");
  });
  sub.on("batch", async () => {
    throw new Error("theirs too");
  });
  await say(batch(0, 10, 12), batch(0, 12, 13));
  await settled();
  assert.deepEqual(heard.said, ["0:10,11", "0:12"]);
  assert.deepEqual(sub.offsets, { 0: 13 });
  assert.equal(unhandled.mock.callCount(), 4);
});

test("what arrives before anybody listens waits", async () => {
  const { client, net } = setUp();
  const sub = client.subscribe("m");
  await settled();
  net.last().accept();
  net.last().say(subscribed(net.last().ops("subscribe")[0].id, "0:10", "0:11"));
  net.last().say(batch(0, 10, 11));
  net.last().say(gap(0, 11, 20));
  await settled();
  assert.equal(sub.position, position("0:10"));
  const { said } = record(sub);
  await settled();
  assert.deepEqual(said, ["0:10", "gap 0:11-20 expired"]);
  assert.deepEqual(sub.offsets, { 0: 20 });
});

test("after a cut it goes on where it was, and gives a receipt", async () => {
  const { sub, heard, say, cut, serve, lastAsked, host } = await begin({ from: "-60s" });
  await say(batch(0, 10, 12));
  await cut();
  const place = position(`0:12~${batch(0, 10, 12).fp}`);
  assert.deepEqual([lastAsked().from, lastAsked().start], [{ position: place }, "-60s"]);
  await host.pass(200);
  const recovered: any[] = [];
  sub.on("recovered", (receipt) => recovered.push(receipt));
  await serve("0:12", "0:15");
  await host.pass(30);
  await say(batch(0, 12, 15));
  assert.deepEqual(heard.names().slice(2), ["connecting", "replaying", "live"]);
  const ranges = [{ partition: 0, from: 12, next: 15 }];
  assert.deepEqual(recovered, [{ updates: 3, lost: 0, ranges, outage: 950, replay: 30 }]);
  assert.deepEqual(heard.said, ["0:10,11", "0:12,13,14", "recovered 3 lost 0"]);
  assert.equal(sub.stats.resumes, 1);
});

test("an outage in which nothing happened gives a receipt too, and several cuts give one", async () => {
  const { heard, cut, serve, say } = await begin();
  await cut();
  await cut();
  await serve("0:10", "0:11");
  await cut();
  await serve("0:10", "0:11");
  await say(batch(0, 10, 11));
  await cut();
  await serve("0:11");
  assert.deepEqual(heard.said, ["0:10", "recovered 1 lost 0", "recovered 0 lost 0"]);
});

test("what was received and not consumed is not asked for again", async () => {
  const { client, net, host } = setUp();
  const sub = client.subscribe("m");
  await settled();
  net.last().accept();
  net.last().say(subscribed(net.last().ops("subscribe")[0].id, "0:10"));
  net.last().say(batch(0, 10, 12));
  net.last().hangUp();
  await host.pass(1000);
  net.last().accept();
  assert.match(net.last().ops("subscribe")[0].from.position, /0:12~/);
  net.last().say(subscribed(net.last().ops("subscribe")[0].id, "0:12"));
  net.last().say(batch(0, 12, 13));
  const { said } = record(sub);
  await settled();
  await settled();
  assert.deepEqual(said.filter((word) => word.startsWith("0:")), ["0:10,11", "0:12"]);
  client.close();
});

test("overlap is dropped and counted", async () => {
  const { sub, heard, say } = await begin();
  await say(batch(0, 10, 14), batch(0, 10, 13), batch(0, 12, 16), cover([0, 3, 7]));
  assert.deepEqual(heard.said, ["0:10,11,12,13", "0:14,15"]);
  assert.equal(sub.stats.duplicates, 5);
  assert.equal(sub.stats.holes, 0);
});

test("a hole means one resubscription, from before it", async () => {
  const { sub, heard, say, serve, lastAsked, net, said } = await begin();
  await say(batch(0, 10, 12), batch(0, 14, 15));
  assert.deepEqual(net.last().ops().map(({ op }) => op), ["subscribe", "unsubscribe", "subscribe"]);
  assert.match(lastAsked().from.position, /\.0:12~/);
  assert.equal(sub.state, "connecting");
  await say(batch(0, 15, 16), { unsubscribed: { channel: "m" }, id: lastAsked().id - 1 }, batch(0, 16, 17));
  await serve("0:12", "0:17");
  await say(batch(0, 12, 17));
  assert.deepEqual(heard.said, ["0:10,11", "0:12,13,14,15,16"]);
  assert.deepEqual([sub.stats.holes, said.errors.length, heard.errors.length], [1, 0, 0]);
  assert.equal(sub.state, "live");
});

test("a second hole at one place is an error with both frames' beginnings; the next connection is asked again", async () => {
  const { sub, heard, say, serve, cut, lastAsked, net } = await begin();
  await say(batch(0, 14, 15));
  await serve("0:10");
  await say(batch(0, 13, 15, { without: [13] }));
  const [error] = heard.errors;
  assert.deepEqual([error!.code, error!.retryable, sub.state], ["hole", false, "idle"]);
  assert.match(error!.message, /0:10.*"from":14.*"from":13/);
  assert.equal(net.last().ops("subscribe").length, 2);
  await cut();
  assert.match(lastAsked().from.position, /\.0:10$/);
  await serve("0:10", "0:11");
  await say(batch(0, 10, 11));
  assert.deepEqual(heard.said, ["0:10", "recovered 1 lost 0"]);
});

test("holes at two places are two first ones", async () => {
  const { heard, say, serve } = await begin();
  await say(batch(0, 11, 12));
  await serve("0:10");
  await say(batch(0, 10, 11), batch(0, 12, 13));
  await serve("0:11");
  await say(batch(0, 11, 13));
  assert.deepEqual([heard.errors.length, heard.said], [0, ["0:10", "0:11,12"]]);
});

test("a reply that begins beyond the place is a hole", async () => {
  const { sub, cut, serve, lastAsked, net } = await begin({ at: "0:10,1:5" });
  await cut();
  await serve("0:10,1:6");
  assert.equal(sub.stats.holes, 1);
  assert.equal(net.last().ops("subscribe").length, 2);
  assert.match(lastAsked().from.position, /0:10,1:5$/);
});

test("gaps and resets are surfaced, in order", async () => {
  const { sub, heard, say } = await begin();
  await say(batch(0, 10, 11), gap(0, 11, 20), batch(0, 20, 21));
  await say({ reset: { channel: "m", reason: "recreated", position: position("0:0") } }, batch(0, 0, 2));
  assert.deepEqual(heard.said, ["0:10", "gap 0:11-20 expired", "0:20", `reset recreated ${position("0:0")}`, "0:0,1"]);
  const { gaps, lost, resets, duplicates } = sub.stats;
  assert.deepEqual({ gaps, lost, resets, duplicates }, { gaps: 1, lost: 9, resets: 1, duplicates: 0 });
});

test("what waits of a topic that was recreated is dropped; a truncated one is told in its turn", async () => {
  const held = [batch(0, 10, 11), gap(0, 11, 20), batch(0, 20, 21)];
  for (const [reason, before] of [
    ["recreated", []],
    ["truncated", ["0:10", "gap 0:11-20 expired", "0:20"]],
    ["channel_changed", ["0:10", "gap 0:11-20 expired", "0:20"]],
    ["position_invalid", ["0:10", "gap 0:11-20 expired", "0:20"]],
  ] as const) {
    const { sub, heard, say } = await begin();
    sub.pause();
    await say(...held, { reset: { channel: "m", reason, position: position("0:0") } }, batch(0, 0, 2));
    assert.deepEqual([heard.said, sub.lag.queued], [[], before.length ? 4 : 2]);
    sub.resume();
    await settled();
    assert.deepEqual(heard.said, [...before, `reset ${reason} ${position("0:0")}`, "0:0,1"]);
    assert.deepEqual(sub.offsets, { 0: 2 });
  }
});

test("a batch in hand when the topic is recreated is finished before the reset is told", async () => {
  const { sub, heard, say } = await begin();
  let consumed = () => {};
  sub.on("batch", ({ from }) => (from === 10 ? new Promise<void>((done) => (consumed = done)) : undefined));
  await say(batch(0, 10, 11), batch(0, 11, 12), { reset: { channel: "m", reason: "recreated", position: position("0:0") } }, batch(0, 0, 1));
  assert.deepEqual(heard.said, ["0:10"]);
  consumed();
  await settled();
  assert.deepEqual(heard.said, ["0:10", `reset recreated ${position("0:0")}`, "0:0"]);
  assert.deepEqual(sub.offsets, { 0: 1 });
});

test("a gap or reset that nobody listens for is warned of", async (t) => {
  const warn = t.mock.method(console, "warn", () => {});
  const { client, net } = setUp();
  client.subscribe("m");
  await settled();
  net.last().accept();
  net.last().say(subscribed(net.last().ops("subscribe")[0].id, "0:10"));
  net.last().say(gap(0, 10, 20));
  net.last().say({ reset: { channel: "m", reason: "truncated", position: position("0:15") } });
  assert.deepEqual(warn.mock.calls.map(({ arguments: [text] }) => text), ["tailrace: gap", "tailrace: reset"]);
  client.close();
});

test("a reset on resume keeps the head that came with it; one later makes it live", async () => {
  const { sub, say, cut, serve } = await begin({ at: "0:10" });
  await cut();
  await serve("0:10", "0:3");
  await say({ reset: { channel: "m", reason: "recreated", position: position("0:0") } });
  assert.equal(sub.state, "replaying");
  await say(batch(0, 0, 3));
  assert.equal(sub.state, "live");
  await cut();
  await serve("0:3", "0:900");
  await say(batch(0, 3, 5), { reset: { channel: "m", reason: "recreated", position: position("0:0") } });
  assert.equal(sub.state, "live");
});

test("another epoch's place is taken, and the reset that follows", async () => {
  const { heard, say, cut, net, lastAsked } = await begin();
  await cut();
  const other = "v1.deadbeef.0:70";
  await say({ subscribed: { channel: "m", position: other, head: other }, id: lastAsked().id });
  await say({ reset: { channel: "m", reason: "channel_changed", position: other } });
  await say(batch(0, 70, 71));
  assert.deepEqual(heard.said.filter((word) => !word.startsWith("recovered")), [`reset channel_changed ${other}`, "0:70"]);
  assert.equal(net.last().ops("subscribe").length, 1);
});

test("a position that the bridge can't read becomes a reset and a fresh start", async () => {
  const { client, net } = setUp();
  const sub = client.subscribe("m", { from: "-5m", position: "from another world" });
  const { said } = record(sub);
  await settled();
  net.last().accept();
  const [first] = net.last().ops();
  assert.deepEqual(first.from, { position: "from another world" });
  net.last().say({ error: { code: "position_invalid", message: "?", retry: false }, id: first.id });
  const second = net.last().ops()[1];
  assert.deepEqual([second.op, second.from], ["subscribe", "-5m"]);
  net.last().say(subscribed(second.id, "0:3"));
  net.last().say(batch(0, 3, 4));
  await settled();
  assert.deepEqual(said, ["reset position_invalid ", "0:3"]);
  client.close();
});

test("a saved position is where it stands at once, and is resumed after a reload", async () => {
  const { client, net, host } = setUp();
  const saved = position("0:12~00000005", "1:?");
  const sub = client.subscribe("m", { from: "-60s", position: saved });
  assert.equal(sub.position, saved);
  await settled();
  net.last().hangUp();
  await host.pass(1000);
  net.last().accept();
  assert.deepEqual(net.last().ops()[0].from, { position: saved });
  net.last().say(subscribed(net.last().ops()[0].id, "0:12~00000005,1:40"));
  await settled();
  assert.equal(sub.position, position("0:12~00000005", "1:40"));
});

test("a partition whose start is unknown begins at its first row; a batch before it is nonsense", async () => {
  const one = await begin({ at: "0:?" });
  await one.say(cover([0, 70, 72]), batch(0, 72, 73));
  assert.deepEqual(one.sub.offsets, { 0: 73 });
  const other = await begin({ at: "0:?" });
  await other.say(batch(0, 72, 73));
  assert.deepEqual(other.said.errors.map(({ code }) => code), ["protocol_error"]);
  assert.deepEqual(other.heard.said, []);
});

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

test("pause hands out nothing more, resume goes on", async () => {
  const { sub, heard, say } = await begin();
  sub.pause();
  await say(batch(0, 10, 11), gap(0, 11, 12), batch(0, 12, 13));
  assert.deepEqual([heard.said, sub.paused, sub.lag.queued], [[], true, 2]);
  sub.resume();
  await settled();
  assert.deepEqual([heard.said, sub.lag.queued], [["0:10", "gap 0:11-12 expired", "0:12"], 0]);
});

test("above the high-water mark it leaves the feed, and comes back where it was when drained", async () => {
  const { sub, heard, say, serve, net, lastAsked } = await begin({ highWater: 1000 });
  sub.pause();
  let next = 10;
  while (net.last().ops("unsubscribe").length === 0) await say(batch(0, next, (next += 2)));
  assert.ok(sub.lag.queued * 20 < 2000, "bounded");
  assert.equal(sub.state, "replaying");
  assert.equal(heard.states.at(-1)!.reason, "full");
  await say(batch(0, next, next + 1), { unsubscribed: { channel: "m" }, id: net.last().ops("unsubscribe")[0].id });
  assert.equal(net.last().ops("subscribe").length, 1);
  sub.resume();
  await settled();
  assert.equal(net.last().ops("subscribe").length, 2);
  assert.match(lastAsked().from.position, new RegExp(`\\.0:${next}~`));
  await serve(`0:${next}`, `0:${next + 2}`);
  await say(batch(0, next, next + 2));
  assert.deepEqual(heard.updates, Array.from({ length: next + 2 - 10 }, (_, i) => [0, 10 + i]));
  assert.equal(sub.state, "live");
  assert.equal(sub.stats.duplicates, 0);
  assert.ok(!heard.said.some((word) => word.startsWith("recovered")), "that was no outage");
});

test("a slow loop leaves and comes back too", async () => {
  const { client, net } = setUp({ highWater: 500 });
  const sub = client.subscribe("m");
  await settled();
  net.last().accept();
  let next = 10;
  let answered = 0;
  const serve = () => {
    for (const { id, from } of net.last().ops("subscribe").slice(answered)) {
      answered++;
      if (from.position) next = +/0:(\d+)/.exec(from.position)![1]!;
      net.last().say(subscribed(id, `0:${next}`));
    }
  };
  const seen: number[] = [];
  const loop = (async () => {
    for await (const { updates } of sub) {
      seen.push(...updates.map(({ o }) => o));
      await settled();
      if (seen.length >= 60) break;
    }
  })();
  for (let i = 0; i < 300 && sub.state !== "closed"; i++) {
    serve();
    for (let burst = 0; burst < 5; burst++) net.last().say(batch(0, next, ++next));
    await settled();
  }
  await loop;
  assert.deepEqual(seen, Array.from({ length: 60 }, (_, i) => 10 + i));
  assert.ok(answered > 2, `${answered} subscriptions`);
});

test("skipToLive leaves out what is queued and missed, and says so", async () => {
  const { sub, heard, say, serve, lastAsked, net } = await begin({ from: "-1h", at: "0:10,1:5", head: "0:900,1:5" });
  await say(batch(0, 10, 20));
  sub.pause();
  await say(batch(0, 20, 30));
  sub.skipToLive();
  sub.resume();
  assert.deepEqual(net.last().ops().map(({ op }) => op), ["subscribe", "unsubscribe", "subscribe"]);
  assert.deepEqual([lastAsked().from, lastAsked().start], ["live", "-1h"]);
  await say(batch(0, 30, 40));
  await serve("0:950,1:7");
  await say(batch(0, 950, 951));
  assert.deepEqual(heard.said.slice(1), ["gap 0:20-950 skipped", "gap 1:5-7 skipped", "0:950"]);
  assert.equal(sub.state, "live");
  assert.deepEqual([sub.stats.lost, sub.stats.gaps], [0, 0], "that was the application's wish");
  assert.deepEqual(sub.offsets, { 0: 951, 1: 7 });
});

test("skipToLive over a cut asks for live again", async () => {
  const { sub, cut, lastAsked } = await begin({ from: "-1h" });
  sub.skipToLive();
  await cut();
  assert.deepEqual([lastAsked().from, lastAsked().start], ["live", "-1h"]);
});

test("lag is told on the bridge's clock, at most once a second", async () => {
  const { sub, say, net, host } = await begin();
  const lags: number[] = [];
  sub.on("lag", ({ ms }) => lags.push(ms));
  await say({ heartbeat: { time: 1 } });
  await say({ pong: { time: host.time + 5000 }, id: net.last().ops("ping")[0].id });
  const t = host.time + 5000 - 42;
  await say(batch(0, 10, 11, { t }), batch(0, 11, 12, { t }));
  assert.deepEqual([lags, sub.lag], [[42], { ms: 42, queued: 0 }]);
  await host.pass(1000);
  await say(batch(0, 12, 13, { t }), batch(0, 13, 14, { t: host.time + 99_000 }), batch(0, 14, 15, { t: -1 }));
  assert.deepEqual([lags, sub.lag.ms], [[42, 1042], 0], "a record from the future is not behind");
});

test("raw hands out the text of each value", async () => {
  const { client, net } = setUp();
  const sub = client.subscribe("m", { raw: true });
  const raws: (string | undefined)[] = [];
  sub.on("batch", ({ updates }) => raws.push(...updates.map(({ raw }) => raw)));
  await settled();
  net.last().accept();
  net.last().say(subscribed(net.last().ops("subscribe")[0].id, "0:10"));
  net.last().say('{"ch":"m","p":0,"from":10,"next":12,"fp":"00000000","u":[{"o":10,"t":1,"v":12345678901234567890},{"o":11,"t":1,"s":"x"}]}');
  await settled();
  assert.deepEqual(raws, ["12345678901234567890", undefined]);
});

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

test("status is told", async () => {
  const { client, net } = setUp();
  const told: unknown[] = [];
  client.on("status", (status) => told.push(status));
  client.subscribe("m");
  await settled();
  net.last().accept();
  net.last().say({ status: { kafka: "unreachable", since: 7 } });
  assert.deepEqual(told, [{ kafka: "unreachable", since: 7 }]);
});
