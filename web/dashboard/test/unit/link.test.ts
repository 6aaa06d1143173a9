// What faults of the connection leave behind.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Subscription } from "tailrace";
import { Channel } from "../../src/engine/channel.ts";
import { Comeback } from "../../src/engine/comeback.ts";
import { Live } from "../../src/engine/live.ts";
import { Timeline } from "../../src/engine/timeline.ts";
import type { Receipt } from "../../src/messages.ts";
import { Listed } from "../fake/source.ts";
import { setLine, until } from "./line.ts";

const line = setLine();
let live: Live, channel: Channel, told: [down: boolean, since: number][], receipts: Receipt[];

beforeEach(() => {
  [told, receipts, channel] = [[], [], new Channel("metrics")];
  live = new Live(line.link, new Timeline(true, 60_000), { began() {}, left() {}, arrived() {}, changed() {}, recovered: episode => receipts.push(episode.view(0)) });
  line.kafka = (down, since) => {
    told.push([down, since]);
    live.faults.kafka(down, since);
  };
});

async function follow(...channels: Channel[]): Promise<void> {
  for (const each of channels) live.follow(each, 5);
  await until(() => !live.filling);
}

/** The connection breaks; before the next one, something happens. */
async function reconnect(meanwhile: () => void, channels?: string): Promise<void> {
  const { bridge, link } = line;
  bridge.deaf = true;
  bridge.dropAll();
  await until(() => link.client.state === "connecting");
  meanwhile();
  bridge.deaf = false;
  link.retry();
  await until(() => link.client.state === "live" && [...live.watches.values()].some(({ sub }) => !channels || sub.state === channels));
}

const badge = (of: Channel) => of.outages.badge(0, Infinity).kind;
const dividers = () => live.timeline.feed.view(0, 500).items.flatMap(item => (item.kind === "divider" ? [item.text] : []));

test("Kafka that came back while there was no connection is not said to be away", async () => {
  await follow(channel);
  line.bridge.setKafka(false);
  await until(() => line.link.kafkaDownSince > 0);
  await reconnect(() => line.bridge.setKafka(true));
  await until(() => line.link.kafkaDownSince === 0 && told.length === 2);
  assert.equal(told[1][0], false);
  await until(() => receipts.length === 1);
  assert.equal(channel.outages.badge(0, Date.now()).kind, "exact");
});

test("Kafka that is still away after a break went but once, and away since when the new bridge says", async () => {
  await follow(channel);
  line.bridge.setKafka(false);
  const first = line.bridge.kafkaDownSince;
  await until(() => line.link.kafkaDownSince === first);
  await until(() => line.bridge.now() > first);
  await reconnect(() => line.bridge.setKafka(false));
  assert.notEqual(line.bridge.kafkaDownSince, first);
  await until(() => line.link.kafkaDownSince === line.bridge.kafkaDownSince);
  await line.link.client.channels();
  await until(() => receipts.length === 1);
  assert.deepEqual(told, [[true, first]]);
  assert.equal(badge(channel), "outage");
  line.bridge.setKafka(true);
  await until(() => line.link.kafkaDownSince === 0);
  await until(() => (live.faults.tick(), badge(channel) === "exact"));
  assert.deepEqual(told.map(([down]) => down), [true, false]);
});

test("Kafka's return makes nothing good: what it kept meanwhile is replayed first, and gets its receipt", async () => {
  const { bridge, link } = line, log = new Listed("log");
  bridge.channels.set("log", log);
  channel = new Channel("log");
  await follow(channel);
  bridge.setKafka(false);
  await until(() => link.kafkaDownSince > 0);
  const asked = bridge.asked;
  bridge.slow = Infinity; // nothing is sent
  for (let i = 0; i < 30; i++) log.push({ t: bridge.now(), k: "a", v: `{"v":${i}}` });
  bridge.setKafka(true);
  await until(() => (live.faults.tick(), bridge.asked > asked));
  await link.client.channels(); // an answer that comes behind
  live.faults.tick();
  assert.deepEqual([badge(channel), receipts.length, live.faults.episode?.counted], ["replay", 0, { done: 0, total: 30 }]);
  bridge.setKafka(false); // for a moment: what came and what comes is one outage
  await until(() => badge(channel) === "outage");
  bridge.setKafka(true);
  await until(() => badge(channel) === "replay");
  bridge.slow = 0;
  await until(() => (live.faults.tick(), receipts.length));
  assert.deepEqual([badge(channel), channel.outages.bands(0, Infinity).map(({ text }) => text)], ["exact", ["recovered 30"]]);
  assert.deepEqual(receipts.map(({ updates, lost, ranges }) => [updates, lost, ranges]), [[30, 0, [{ channel: "log", partition: 0, from: 0, next: 30 }]]]);
  assert.match(dividers()[1], /^Kafka unreachable \d+\.\d s, /);
});

test("Kafka is back, and says of no topic where it ends: the bridge's list is gone by", async () => {
  const { bridge } = line, sub = { channel: "log", offsets: { 0: 5 }, stats: { updates: 0, lost: 0 } } as unknown as Subscription, now = bridge.now(), ends = [7];
  bridge.timeless = true;
  const comeback = new Comeback(sub, now - 60_000), answer = comeback.ask(line.link.client, now);
  comeback.expect(ends, now + 20_000);
  assert.deepEqual([comeback.missed, comeback.isWhole], [0, false]);
  comeback.expect(ends, now + 40_000);
  assert.deepEqual([comeback.missed, comeback.isWhole], [2, false]);
  sub.offsets[0] = 7;
  assert.equal(comeback.isWhole, true);
  comeback.stop();
  comeback.expect(ends, now + 80_000);
  assert.equal(comeback.isWhole, false);
  bridge.channels.set("log", new Listed("log"));
  bridge.timeless = false;
  assert.equal(await answer, null); // nobody waits for it any more
  assert.equal(comeback.isWhole, false);
});

test("a connection that breaks while it catches up is out again, and is made good whole", async () => {
  const { bridge } = line, log = new Listed("log");
  bridge.channels.set("log", log);
  channel = new Channel("log");
  await follow(channel);
  await reconnect(() => {
    for (let i = 0; i < 900; i++) log.push({ t: bridge.now(), k: "a", v: `{"v":${i}}` });
    bridge.slow = Infinity;
  }, "replaying");
  assert.deepEqual([badge(channel), live.faults.episode?.replaying], ["replay", true]);
  const back = channel.outages.open!.to;
  await reconnect(() => {
    assert.deepEqual([badge(channel), channel.outages.open!.to, live.faults.episode?.replaying], ["outage", Infinity, false]);
    bridge.slow = 0;
  });
  await until(() => receipts.length);
  const [outage, ...more] = channel.outages.outages;
  assert.deepEqual([receipts[0].updates, more, outage.updates], [900, [], 900]);
  assert.ok(outage.to > back);
});

test("a topic that comes late is no less late for a break", async () => {
  await follow(channel);
  for (let i = 0; i < 31; i++) live.watches.get("metrics")!.ages.add(9000);
  line.bridge.deaf = true;
  line.bridge.dropAll();
  await until(() => line.link.client.state === "connecting");
  assert.ok(live.late("metrics") > 9000);
});

test("a connection that is closed for good says nothing of its channels: what is there stays, and stops", async () => {
  await follow(channel);
  line.bridge.closeAll(4409);
  await until(() => line.link.ended);
  assert.deepEqual([channel.refused, live.watches.has("metrics"), badge(channel)], ["", true, "outage"]);
});

test("a channel that is closed within its first fill lacks what had not come", async () => {
  line.bridge.slow = Infinity;
  line.link.listed = true;
  live.follow(channel, 5);
  await until(() => live.watches.get("metrics")!.sub.state === "replaying");
  assert.deepEqual([live.fillFront("metrics"), badge(channel)], [-Infinity, "exact"]);
  line.bridge.closeAll(4409);
  await until(() => line.link.ended);
  assert.deepEqual([live.fillFront("metrics"), badge(channel)], [Infinity, "outage"]);
  assert.ok(channel.outages.open!.from <= Date.now() - live.timeline.span);
});

test("a fill is as far as the last of its partitions: before all have come nobody knows", async () => {
  const { bridge } = line, log = new Listed("log", 2), now = bridge.now();
  bridge.channels.set("log", log);
  bridge.slow = Infinity;
  line.link.listed = true;
  for (const p of [0, 1]) for (let i = 0; i < 900; i++) log.push({ t: now - 4000 + i, k: "a", v: `{"v":${i}}` }, p);
  channel = new Channel("log");
  live.follow(channel, 5);
  const front = () => live.fillFront("log"), sub = live.watches.get("log")!.sub;
  assert.equal(front(), -Infinity);
  await until(() => sub.state === "replaying");
  assert.equal(front(), -Infinity);
  live.watches.get("log")!.came(1, now - 3600);
  assert.equal(front(), -Infinity);
  live.watches.get("log")!.came(0, now - 3700);
  assert.equal(front(), now - 3700);
});

test("a partition that had nothing when the page came is not waited for in a fill", async () => {
  const { bridge } = line, log = new Listed("log", 2), now = bridge.now();
  bridge.channels.set("log", log);
  for (let i = 0; i < 900; i++) log.push({ t: now - 4000 + i, k: "a", v: `{"v":${i}}` });
  bridge.slow = 1e9; // one batch comes, of the first
  line.link.listed = true;
  channel = new Channel("log");
  channel.ends.push(900, 0);
  live.follow(channel, 5);
  await until(() => live.records > 0);
  assert.equal(live.fillFront("log"), now - 4000 + live.records - 1);
  bridge.closeAll(4409);
  await until(() => line.link.ended);
  assert.equal(channel.outages.open!.from, now - 4000 + live.records - 1);
});

test("who comes while Kafka is away has an outage, not silence", async () => {
  line.bridge.setKafka(false);
  line.bridge.dropAll();
  await follow(new Channel("orders"));
  await until(() => line.link.kafkaDownSince > 0);
  live.follow(channel, 5);
  assert.equal(badge(channel), "outage");
  await until(() => live.watches.get("metrics")!.sub.state === "live");
  assert.deepEqual([badge(channel), channel.outages.open!.to], ["outage", Infinity]);
  const back = line.bridge.now();
  line.bridge.setKafka(true);
  await until(() => (live.faults.tick(), badge(channel) === "exact"));
  assert.ok(channel.outages.outages.every(({ to }) => to >= back));
});

test("a channel that is gone is not waited for: the others' receipt is given", async () => {
  await follow(channel, new Channel("orders"));
  await reconnect(() => live.unfollow("orders"));
  await until(() => receipts.length === 1);
  assert.equal(live.faults.episode, null);
  const [receipt] = receipts;
  assert.deepEqual([receipt.phase, receipt.lost], ["done", 0]);
  assert.ok(receipt.ranges.every(range => range.channel === "metrics"));
  const [closed, opened] = dividers();
  assert.match(closed, /^Recovered \d/);
  assert.match(opened, /^Disconnected \d+\.\d s, \d\d:\d\d:\d\d$/);
});

test("a channel that is not served is not waited for either; it is made good when it is", async () => {
  const orders = new Channel("orders");
  await follow(channel, orders);
  await reconnect(() => line.bridge.denied.add("orders"));
  await until(() => receipts.length === 1);
  assert.deepEqual([live.faults.episode, live.filling, orders.unserved, badge(orders)], [null, false, "topic unavailable", "outage"]);
  await reconnect(() => line.bridge.denied.clear());
  await until(() => badge(orders) === "exact");
  assert.equal(orders.unserved, "");
  await until(() => dividers().filter(text => text.startsWith("Recovered")).length === 3);
});

test("nobody comes back from an outage: it is over, and there is no receipt", async () => {
  await follow(channel);
  await reconnect(() => line.bridge.denied.add("metrics"));
  await until(() => live.faults.episode === null);
  assert.deepEqual(receipts, []);
  assert.equal(dividers().length, 1);
  assert.match(dividers()[0], /^Disconnected \d+\.\d s, \d\d:\d\d:\d\d$/);
});

test("what is not served from the start is not replaying", async () => {
  line.bridge.denied.add("metrics");
  line.link.listed = true;
  live.follow(channel, 5);
  await until(() => channel.unserved === "topic unavailable");
  assert.deepEqual([live.filling, live.fillFront("metrics")], [false, Infinity]);
});

test("the bridge's last sign of life is what silence is counted from", async () => {
  await follow(channel);
  const before = line.link.heardAt;
  await until(() => line.link.heardAt > before);
  line.bridge.mute = true;
  await until(() => line.link.client.now() - line.link.heardAt > 1000);
});
