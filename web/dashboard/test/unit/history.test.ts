// History that the bridge won't send, or no more of.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Backfill } from "../../src/engine/backfill.ts";
import { Channel } from "../../src/engine/channel.ts";
import { make } from "../../src/engine/infer.ts";
import { Painter } from "../../src/engine/painter.ts";
import { Past } from "../../src/engine/past.ts";
import type { Lines } from "../../src/engine/lines.ts";
import { Timeline } from "../../src/engine/timeline.ts";
import { Track } from "../../src/engine/track.ts";
import { steady } from "../fake/source.ts";
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
  const shown = { timeline: past.timeline, mode: "past" as const, at: past.at, span: kSpan, now: Date.now(), late: () => 0, loading: past.loading, front: () => (past.seeking ? -Infinity : Infinity) };
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

test("a channel that comes while the past is on show is read there too", async () => {
  const channels = [channel], orders = new Channel("orders");
  past = new Past(line.link, () => channels, () => [panel], kSpan, { changed() {}, arrivedAtLive() {} });
  past.seek(Date.now() - 600_000, false, null);
  await until(() => !past.seeking && past.loading === 0);
  past.met();
  assert.equal(past.seeking, false); // nothing new
  channels.push(orders);
  past.met();
  await until(() => !past.seeking && past.loading === 0);
  assert.ok(past.timeline.feed.view(0, 500).items.some(item => item.kind === "record" && item.channel === "orders"));
});

test("a window is not exact before its older part is here", () => {
  const timeline = new Timeline(true, kSpan), now = Date.now(), track = timeline.track(channel);
  timeline.setPanels([panel], kSpan);
  track.covered = track.begun = now - 5000;
  const badge = () => new Painter(() => channel).panels([panel], { timeline, mode: "live", at: now, span: kSpan, now, late: () => 0, loading: 1, front: () => Infinity })[0].badge.text;
  assert.equal(badge(), "replaying");
  track.covered = now - kSpan;
  assert.equal(badge(), "exact");
});

test("older history that is refused leaves what was there, and isn't waited for", async () => {
  const now = Date.now(), track = new Track(channel, null, kSpan), backfill = new Backfill(line.link, () => {});
  track.begun = now - 5000;
  line.bridge.denied.add("metrics");
  backfill.fill(track, [], now - kSpan, now, kSpan, true);
  await until(() => backfill.open === 0);
  assert.equal(track.covered, now - 5000);
  assert.deepEqual(track.refused, { why: "topic_unavailable", until: now - 5000 });
});

test("what one panel asks for late takes nothing from those that wait already", async () => {
  const [first, second] = ["cpu", "mem"].map(field => make("metrics", "time", field, "", "rate", 6));
  const now = Math.floor(Date.now() / 1000) * 1000, track = new Track(channel, null, kSpan), from = now - kSpan, reach = now - 5000;
  let batches = 0;
  const backfill = new Backfill(line.link, () => void batches++);
  track.covered = track.begun = reach;
  track.setPanels([first], kSpan);
  line.bridge.slow = 300;
  backfill.fill(track, [first.id], from, now, kSpan, false);
  await until(() => batches > 1);
  assert.equal(backfill.open, 1);
  track.setPanels([first, second], kSpan);
  backfill.fill(track, [second.id], from, now, kSpan, false);
  await until(() => backfill.open === 0);
  for (const { id } of [first, second]) {
    const { covered, samples } = track.extentOf(id), { xs, series } = (track.aggregators.get(id) as Lines).view({ at: reach, span: kSpan, late: 0, covered, samples, holes: [], settled: true });
    assert.equal(covered, from);
    assert.ok(xs.every((t, i) => t < from + 3000 || Math.abs(series[0].ys[i] - 24) < 5), `${series[0].ys}`);
  }
  assert.equal(track.covered, from); // the first brought the rail's line with it
});

test("played on, a sample is drawn where it is known, however coarse what comes ahead is", async () => {
  line.bridge.channels.set("metrics", steady("metrics", { partitions: 1, every: 20, since: Date.now() - 7_200_000, make: () => ({ v: `{"cpu":1}` }) }));
  const rate = make("metrics", "time", "", "", "rate", 6);
  past = new Past(line.link, () => [channel], () => [rate], kSpan, { changed() {}, arrivedAtLive() {} });
  channel.rate = 1e6;
  let counted = 900_000; // 1:4
  line.link.client.times = async () => ({ channel: "metrics", at: [], offsets: [[0], [counted]], earliest: null });
  const at = Date.now() - 600_000;
  past.seek(at, false, null);
  await until(() => !past.seeking && past.loading === 0);
  assert.equal(painted(rate).badge.text, "sampled 1:4");
  counted = 400_000; // 1:2
  past.play(20);
  await until(() => (past.tick(), past.at > at + kSpan / 2));
  const view = painted(rate);
  assert.equal(view.badge.text, "sampled 1:4");
  assert.ok(view.kind === "time");
  const drawn = [...view.series[0].ys].filter(Number.isFinite);
  assert.ok(drawn.length > 30 && drawn.every(y => Math.abs(y - 50) < 15), `${drawn}`);
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
  past.timeline.track(channel).covered = past.at - kSpan;
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
