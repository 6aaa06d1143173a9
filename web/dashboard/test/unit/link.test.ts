// What faults of the connection leave behind.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Channel } from "../../src/engine/channel.ts";
import { Live } from "../../src/engine/live.ts";
import { Timeline } from "../../src/engine/timeline.ts";
import type { Receipt } from "../../src/messages.ts";
import { setLine, until } from "./line.ts";

const line = setLine();
let live: Live, channel: Channel, told: [down: boolean, since: number][], receipts: Receipt[];

beforeEach(() => {
  [told, receipts, channel] = [[], [], new Channel("metrics")];
  live = new Live(line.link, new Timeline(true, 60_000), { began() {}, left() {}, arrived() {}, changed() {}, recovered: episode => receipts.push(episode.view(0)) });
  line.kafka = (down, since) => {
    told.push([down, since]);
    live.kafka(down, since);
  };
});

async function follow(...channels: Channel[]): Promise<void> {
  for (const each of channels) live.follow(each, 5);
  await until(() => !live.filling);
}

/** The connection breaks; before the next one, something happens. */
async function reconnect(meanwhile: () => void): Promise<void> {
  const { bridge, link } = line;
  bridge.deaf = true;
  bridge.dropAll();
  await until(() => link.client.state === "connecting");
  meanwhile();
  bridge.deaf = false;
  link.retry();
  await until(() => link.client.state === "live");
}

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
  assert.equal(channel.outages.badge(0, Infinity).kind, "outage");
  line.bridge.setKafka(true);
  await until(() => line.link.kafkaDownSince === 0);
  assert.equal(channel.outages.badge(0, Infinity).kind, "exact");
  assert.deepEqual(told.map(([down]) => down), [true, false]);
});

test("a channel that is gone is not waited for: the others' receipt is given", async () => {
  await follow(channel, new Channel("orders"));
  await reconnect(() => live.unfollow("orders"));
  await until(() => receipts.length === 1);
  assert.equal(live.episode, null);
  const [receipt] = receipts;
  assert.deepEqual([receipt.phase, receipt.lost], ["done", 0]);
  assert.ok(receipt.ranges.every(range => range.channel === "metrics"));
  const [closed, opened] = dividers();
  assert.match(closed, /^Recovered \d/);
  assert.match(opened, /^Disconnected \d+\.\d s, \d\d:\d\d:\d\d$/);
});

test("a channel that is not served is not waited for either; it is made good when it is", async () => {
  const orders = new Channel("orders"), badge = () => orders.outages.badge(0, Infinity).kind;
  await follow(channel, orders);
  await reconnect(() => line.bridge.denied.add("orders"));
  await until(() => receipts.length === 1);
  assert.deepEqual([live.episode, live.filling, orders.unserved, badge()], [null, false, "topic unavailable", "outage"]);
  await reconnect(() => line.bridge.denied.clear());
  await until(() => badge() === "exact");
  assert.equal(orders.unserved, "");
  await until(() => dividers().filter(text => text.startsWith("Recovered")).length === 3);
});

test("nobody comes back from an outage: it is over, and there is no receipt", async () => {
  await follow(channel);
  await reconnect(() => line.bridge.denied.add("metrics"));
  await until(() => live.episode === null);
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
