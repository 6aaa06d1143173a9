// After a cut: it goes on where it was, and finds holes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { begin } from "./support/begin.js";
import { record, setUp } from "./support/client.js";
import { batch, cover, position, subscribed } from "./support/frames.js";
import { settled } from "./support/host.js";

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

test("a second hole at one place is an error with the frame's beginning; the next connection is asked again", async () => {
  const { sub, heard, say, serve, cut, lastAsked, net } = await begin();
  await say(batch(0, 14, 15));
  await serve("0:10");
  await say(batch(0, 13, 15, { without: [13] }));
  const [error] = heard.errors;
  assert.deepEqual([error!.code, error!.retryable, sub.state], ["hole", false, "idle"]);
  assert.match(error!.message, /0:10.*"from":13/);
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
