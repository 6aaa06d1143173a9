import assert from "node:assert/strict";
import { test } from "node:test";
import { createLiveness } from "../src/liveness.js";
import { FakeHost } from "./support/host.js";

function watch() {
  const host = new FakeHost();
  const said: string[] = [];
  const liveness = createLiveness(host, {
    stale_: () => said.push("stale"),
    fresh_: () => said.push("fresh"),
    dead_: () => (said.push("dead"), liveness.stop_()),
  });
  liveness.start_(15_000);
  return { host, said, liveness };
}

test("silence is odd after a beat and a third, and death after two beats", async () => {
  const { host, said } = watch();
  await host.pass(19_999);
  assert.deepEqual(said, []);
  await host.pass(1);
  assert.deepEqual(said, ["stale"]);
  await host.pass(9_999);
  assert.deepEqual(said, ["stale"]);
  await host.pass(1);
  assert.deepEqual(said, ["stale", "dead"]);
  assert.equal(host.timers.size, 0);
});

test("anything heard starts the count again", async () => {
  const { host, said, liveness } = watch();
  for (let i = 0; i < 100; i++) {
    await host.pass(15_000);
    liveness.heard_();
  }
  assert.deepEqual(said, []);
});

test("an answer in time makes it fresh, and the count starts again", async () => {
  const { host, said, liveness } = watch();
  await host.pass(25_000);
  liveness.heard_();
  await host.pass(19_000);
  assert.deepEqual(said, ["stale", "fresh"]);
  await host.pass(1_000);
  assert.deepEqual(said, ["stale", "fresh", "stale"]);
});

test("a timer that fires late proves nothing: what arrived is delivered first", async () => {
  const { host, said, liveness } = watch();
  await host.pass(15_000);
  host.sleep(3_600_000);
  host.after(0, () => liveness.heard_()); // the message that waits in the event loop
  await host.pass(0);
  assert.deepEqual(said, []);
});

test("after a sleep with nothing waiting the other end is asked, not given up", async () => {
  const { host, said, liveness } = watch();
  host.sleep(3_600_000);
  await host.pass(0);
  assert.deepEqual(said, ["stale"]);
  liveness.heard_();
  assert.deepEqual(said, ["stale", "fresh"]);
});

test("a clock that is set back delays nothing: the other end is asked", async () => {
  const { host, said } = watch();
  await host.pass(10_000);
  host.time -= 86_400_000;
  for (const timer of host.timers) timer.at -= 86_400_000; // timers run on a clock of their own
  await host.pass(10_000);
  assert.deepEqual(said, ["stale"]);
});
