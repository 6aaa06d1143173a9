// History that the bridge won't send, or no more of.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Backfill } from "../../src/engine/backfill.ts";
import { Channel } from "../../src/engine/channel.ts";
import { make } from "../../src/engine/infer.ts";
import { Painter } from "../../src/engine/painter.ts";
import { Past } from "../../src/engine/past.ts";
import { Track } from "../../src/engine/track.ts";
import { setLine, until } from "./line.ts";

const kSpan = 60_000;
const line = setLine(), panel = make("metrics", "time", "cpu", "key", "last", 8);
let channel: Channel, past: Past, changes: number;

beforeEach(() => {
  [channel, changes] = [new Channel("metrics"), 0];
  past = new Past(line.link, () => [channel], () => [panel], kSpan, { changed: () => void changes++, arrivedAtLive() {} });
});

/** How the panel stands at the shown moment. */
function painted(spec = panel) {
  const shown = { timeline: past.timeline, mode: "past" as const, at: past.at, span: kSpan, now: Date.now(), late: 0, loading: past.loading, front: () => (past.seeking ? -Infinity : Infinity) };
  return new Painter(() => channel).panels([spec], shown)[0];
}

test("a seek into history that is refused ends, and the panel says why", async () => {
  for (const [refusals, why] of [[line.bridge.forbidden, "channel unavailable"], [line.bridge.denied, "topic unavailable"]] as const) {
    refusals.add("metrics");
    past.seek(Date.now() - 600_000, false, null);
    await until(() => !past.seeking && past.loading === 0);
    const { badge, note, left } = painted();
    assert.equal(badge.text, "incomplete");
    assert.equal(note?.heading, "This time is not available");
    assert.ok(note.text.includes(why) && left.includes(why), note.text);
    refusals.clear();
  }
  past.seek(Date.now() - 600_000, false, null);
  await until(() => !past.seeking && past.loading === 0);
  assert.deepEqual([painted().badge.kind, painted().note], ["exact", null]);
});

test("history that is refused on the way is shown as far as it came, and said to be incomplete", async () => {
  line.bridge.slow = 400;
  past.seek(Date.now() - 600_000, false, null);
  const before = changes;
  await until(() => changes > before + 2);
  line.bridge.tell({ unsubscribed: { channel: "metrics", code: "forbidden" } });
  await until(() => !past.seeking && past.loading === 0);
  const view = painted();
  assert.deepEqual([view.badge, view.note], [{ kind: "gap", text: "incomplete" }, null]);
  assert.ok(view.kind === "time" && view.series.length > 0);
  assert.match(view.left, /would not send \(forbidden\)/);
});

test("older history that is refused leaves what was there, and isn't waited for", async () => {
  const now = Date.now(), track = new Track(channel, null, kSpan), backfill = new Backfill(line.link, () => {});
  track.begun = now - 5000;
  line.bridge.denied.add("metrics");
  backfill.fill(track, [], now - kSpan, now, kSpan);
  await until(() => backfill.open === 0);
  assert.equal(track.covered, now - 5000);
  assert.deepEqual(track.refused, { why: "topic_unavailable", until: now - 5000 });
});

test("of a window that retention has reached into, the panel says which part is gone, and doesn't draw it as quiet", async () => {
  const rate = make("metrics", "time", "", "", "rate", 6), at = Date.now() - 600_000, edge = at - kSpan / 2;
  past = new Past(line.link, () => [channel], () => [panel, rate], kSpan, { changed() {}, arrivedAtLive() {} });
  [channel.earliest, channel.truncated] = [edge, true];
  line.bridge.expire("metrics", edge);
  past.seek(at, false, null);
  await until(() => !past.seeking && past.loading === 0);
  const lines = painted(rate);
  assert.deepEqual([lines.badge.kind, lines.bands.map(({ kind, to, text }) => [kind, to, text])], ["gap", [["gap", edge, "expired"]]]);
  assert.match(lines.badge.text, /^gap of [1-9]\d\d$/); // this bridge counts them
  assert.match(lines.left, /older than \d\d:\d\d:\d\d, for Kafka has deleted it/);
  assert.ok(lines.kind === "time");
  assert.ok(lines.xs.every((t, i) => (t > edge + 2000 ? lines.series[0].ys[i] > 0 : t > edge || !Number.isFinite(lines.series[0].ys[i]))));
});

test("what was never there is not said to be deleted; what all is deleted is not said to be exact", () => {
  const badge = () => painted().badge.text;
  past.at = Date.now();
  past.timeline.track(channel);
  past.timeline.setPanels([panel], kSpan);
  channel.earliest = past.at - kSpan / 2;
  assert.equal(badge(), "exact");
  channel.truncated = true;
  assert.equal(badge(), "partly expired");
  past.timeline.track(channel).kept = past.at + 1;
  assert.equal(badge(), "expired");
  past.timeline.track(channel).kept = past.at - kSpan;
  assert.equal(badge(), "exact");
});
