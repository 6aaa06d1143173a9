// The scrubber's ground: bars of wherever the page looks, marks of all that is kept, and few questions for them.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Channel } from "../../src/engine/channel.ts";
import { Lane } from "../../src/engine/lane.ts";
import { setLine, until } from "./line.ts";

const line = setLine(), kSpan = 60_000, kMinute = 60_000;
let channel: Channel, lane: Lane, now: number;

beforeEach(async () => {
  [channel, now] = [new Channel("metrics"), Date.now()];
  lane = new Lane(line.link, () => [channel], () => {});
  lane.setSpan(kSpan);
});

/** Bars that are known, of the lane around a moment. */
const known = (at: number) => [...lane.view(now, at).bars].filter(n => n > 0).length;

/** Looks at a moment until the lane has asked for it. */
async function look(at: number): Promise<void> {
  await until(() => {
    lane.tick((now = Date.now()), at);
    return known(at) > 0;
  });
}

test("bars follow the moment shown, and are still there on the way back", async () => {
  await look(now);
  assert.ok(known(now) >= 178, `${known(now)}`); // the slot that has only begun is none yet
  const past = now - 60 * kMinute;
  assert.equal(known(past), 0);
  await look(past);
  const view = lane.view(now, past);
  assert.equal(known(past), 181);
  assert.ok(view.from <= past - 15 * kMinute && view.from + 181 * view.slot >= past + 15 * kMinute);
  assert.ok(known(now) > 170);
});

test("a drag asks where it rests, not on its way", async () => {
  await look(now);
  const asked = new Set<number>(), { client } = line.link, times = client.times.bind(client);
  client.times = (name, at) => {
    asked.add(at[0]);
    return times(name, at);
  };
  const began = now + 1;
  for (let i = 0; i < 40; i++) lane.tick(began + i * 100, began - 35 * kMinute - i * kMinute);
  assert.equal(asked.size, 0);
  lane.tick(began + 4400, began - 74 * kMinute);
  assert.equal(asked.size, 1);
  await until(() => known(began - 74 * kMinute) > 100);
});

test("marks are of all that Kafka keeps, one for what befell several channels", async () => {
  await look(now);
  const other = new Channel("orders");
  lane = new Lane(line.link, () => [channel, other], () => {});
  for (const { outages } of [channel, other]) {
    for (const ago of [300, 90, 40]) {
      outages.begin(now - ago * kMinute, "cut");
      outages.heal(1, now - (ago - 1) * kMinute);
    }
  }
  await look(now); // the earliest record is two hours old
  const marks = lane.view(now, now).marks;
  assert.deepEqual(marks.map(({ from, to, kind }) => [(now - from) / kMinute, (now - to) / kMinute, kind].map(n => (typeof n === "number" ? Math.round(n) : n))), [[90, 89, "recovered"], [40, 39, "recovered"]]);
});
