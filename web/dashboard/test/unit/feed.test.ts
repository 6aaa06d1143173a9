import assert from "node:assert/strict";
import { test } from "node:test";
import type { Update } from "tailrace";
import { factsOf } from "../../src/engine/facts.ts";
import { Feed } from "../../src/engine/feed.ts";

const update = (o: number, value: Partial<Update> = { v: { n: o } }): Update => ({ o, t: o, k: `k${o}`, ...value });

test("newest first, five hundred at most, however many come", () => {
  const feed = new Feed();
  for (let i = 0; i < 300; i++) feed.add("c", 0, Array.from({ length: 100 }, (_, j) => update(i * 100 + j)), false);
  const view = feed.view(0, 3);
  assert.equal(view.count, 500);
  assert.deepEqual(view.items.map(item => (item.kind === "record" ? item.offset : -1)), [29_999, 29_998, 29_997]);
});

test("a batch larger than all that is kept does no harm", () => {
  const feed = new Feed();
  feed.add("c", 0, Array.from({ length: 50_000 }, (_, i) => update(i)), false);
  assert.equal(feed.view(0, 1).count, 500);
});

test("held, the list stands still and counts what is new", () => {
  const feed = new Feed();
  feed.add("c", 0, [update(1), update(2)], false);
  feed.hold(true);
  feed.add("c", 0, [update(3), update(4)], false);
  const view = feed.view(0, 9);
  assert.equal(view.count, 2);
  assert.equal(view.fresh, 2);
  feed.hold(false);
  assert.equal(feed.view(0, 9).count, 4);
  feed.search("k7", "");
  feed.hold(true);
  feed.add("c", 0, [update(5), update(6), update(7)], false);
  assert.equal(feed.view(0, 9).fresh, 1);
});

test("search finds key and value, in what is kept and in what comes", () => {
  const feed = new Feed();
  feed.add("a", 0, [update(1, { v: { city: "Wien" } }), update(2, { s: "plain wien text" }), update(3)], false);
  feed.search("WIEN", "");
  feed.add("a", 0, [update(4, { k: "wien" }), update(5)], false);
  assert.equal(feed.view(0, 9).count, 3);
  feed.search("", "b");
  assert.equal(feed.view(0, 9).count, 0);
});

test("what is found or was in sight a moment ago is opened, however much has come since", () => {
  const feed = new Feed(), idOf = (offset: number) => {
    const item = feed.view(0, 500).items.find(row => row.kind === "record" && row.offset === offset);
    return feed.view(0, 1) && item!.id;
  };
  const more = (n: number) => feed.add("c", 0, Array.from({ length: n }, (_, i) => update(10_000 + i, { v: "hay" })), false);
  const offsetOf = (id: number) => feed.detail(id, name => name)?.offset;
  feed.search("needle", "");
  for (let o = 0; o < 300; o++) {
    feed.add("c", 0, [update(o, { v: "needle" })], false);
    more(10);
  }
  assert.equal(offsetOf(idOf(20)), 20);
  feed.search("", "");
  const [row] = feed.view(0, 20).items;
  for (let i = 0; i < 3; i++) {
    more(1000);
    feed.view(0, 20);
  }
  assert.equal(offsetOf(row.id), 10_009);
});

test("a megabyte of text is kept as its beginning, and says so", () => {
  const feed = new Feed();
  feed.add("c", 0, [update(1, { v: { text: "x".repeat(1 << 20) } })], false);
  const [item] = feed.view(0, 1).items;
  assert.ok(item.kind === "record" && item.tag === "long" && item.text.length <= 200);
  const detail = feed.detail(item.id, name => name)!;
  assert.ok(String(detail.value).length <= 65_536);
  assert.match(detail.note, /characters; .* more/);
});

test("every form of a value has its words", () => {
  const feed = new Feed();
  feed.add("c", 2, [update(1, { del: true }), update(2, { b: "/w==" }), update(3, { s: "t" }), update(4, { omitted: { bytes: 2e6, reason: "too_large" } }), update(5, { v: null })], false);
  const tags = feed.view(0, 9).items.map(item => (item.kind === "record" ? item.tag : ""));
  assert.deepEqual(tags, ["", "too large", "text", "base64", "deleted"]);
  assert.deepEqual(factsOf(null), [["value", "null"]]);
  assert.deepEqual(factsOf({ a: 1.23456789, b: "x".repeat(99), c: [1, 2], d: { e: true } }), [["a", "1.2346"], ["b", "x".repeat(41) + "…"], ["c", "[2]"], ["d.e", "true"]]);
});

test("dividers stand between records and can be reworded", () => {
  const feed = new Feed();
  feed.add("c", 0, [update(1)], false);
  const id = feed.divide("hold", "Cut", "");
  feed.reword(id, { text: "Cut 10.0 s" });
  feed.add("c", 0, [update(2)], true);
  const view = feed.view(0, 9);
  assert.deepEqual(view.dividers, [1]);
  const [top, divider] = view.items;
  assert.ok(top.kind === "record" && top.back);
  assert.ok(divider.kind === "divider" && divider.text === "Cut 10.0 s");
});
