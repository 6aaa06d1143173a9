// Series keep their colour: live, in the past, in a link, in whatever order their names arrive.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Channel } from "../../src/engine/channel.ts";
import { make } from "../../src/engine/infer.ts";
import { Lines } from "../../src/engine/lines.ts";
import { Palette } from "../../src/engine/palette.ts";
import { Timeline } from "../../src/engine/timeline.ts";
import type { PanelSpec } from "../../src/messages.ts";
import { packed, unpack } from "../../src/view/address.ts";

const kSpan = 60_000;
const cpu = () => make("metrics", "time", "cpu", "key", "last", 8);

/** A page's timeline with one record of each key, in this order. */
function filled(channel: Channel, live: boolean, specs: PanelSpec[], keys: string[]): Timeline {
  const timeline = new Timeline(live, kSpan);
  timeline.track(channel);
  timeline.setPanels(specs, kSpan);
  timeline.add(channel, 0, keys.map((k, o) => ({ o, t: 50_000 + o * 500, k, v: { cpu: o } })), 100_000, false);
  return timeline;
}

function colors(timeline: Timeline, id: string, settled = true): Record<string, number> {
  const lines = timeline.tracks.get("metrics")!.aggregators.get(id) as Lines;
  const { series } = lines.view({ at: 100_000, span: kSpan, late: 0, covered: -Infinity, samples: [], holes: [], settled });
  return Object.fromEntries(series.map(({ name, color }) => [name, color]));
}

test("live, past and a shared link have the same colours", () => {
  const channel = new Channel("metrics"), palette = new Palette(), spec = cpu();
  const seen = colors(filled(channel, true, palette.lend([spec]), ["host-7", "db", "host-1", "web"]), spec.id);
  assert.equal(new Set(Object.values(seen)).size, 4);
  const again = palette.lend([{ ...spec, colors: {} }]); // the page sends its panels anew
  const past = colors(filled(channel, false, again, ["web", "aux", "host-1", "host-7", "db"]), spec.id);
  assert.deepEqual({ ...past, ...seen }, past);
  const link = unpack(packed([{ ...spec, colors: seen }])), other = new Palette();
  const linked = colors(filled(new Channel("metrics"), true, other.lend(link), ["aux", "db", "web", "host-7", "host-1"]), spec.id);
  assert.deepEqual({ ...linked, ...seen }, linked);
});

test("colours don't hang on which name came first, nor on what was drawn while it came", () => {
  const keys = ["a", "i", "q", "host-1", "host-9", "web"];
  const first = colors(filled(new Channel("metrics"), true, [cpu()], keys), cpu().id);
  const channel = new Channel("metrics"), timeline = filled(channel, true, [cpu()], ["web", "q"]);
  colors(timeline, cpu().id, false);
  timeline.add(channel, 0, [...keys].reverse().map((k, o) => ({ o: 10 + o, t: 60_000, k, v: { cpu: 1 } })), 100_000, false);
  assert.deepEqual(colors(timeline, cpu().id), first);
  assert.equal(new Set(Object.values(first)).size, keys.length);
});

test("names that come and go for weeks are not all remembered", () => {
  const spec = cpu(), channel = new Channel("metrics");
  for (let i = 0; i < 100; i++) colors(filled(channel, false, [spec], [`pod-${i}`]), spec.id);
  assert.ok(Object.keys(spec.colors!).length <= 66, String(Object.keys(spec.colors!).length));
});

test("a name may be a word of the language", () => {
  const seen = colors(filled(new Channel("metrics"), true, [cpu()], ["__proto__", "constructor", "x"]), cpu().id);
  assert.ok(Object.values(seen).every(color => color >= 1 && color <= 8), JSON.stringify(seen));
});
