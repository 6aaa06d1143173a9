// The feed and one record in full, against the fake bridge.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { Listed, steady } from "../fake/source.ts";
import { assertClean, eventually, pill, settles, type Look, type Watched } from "./browser.ts";
import { setStage } from "./stage.ts";

const stage = setStage();

/** A thousand records a second: each row is told by its offset. */
async function busy(options: Look = {}): Promise<Watched> {
  stage.bridge.channels.clear();
  stage.bridge.channels.set("busy", steady("busy", { partitions: 1, every: 1, since: Date.now() - 120_000, make: (_, o) => ({ k: `k${o}`, v: `{"v":${o % 100}}` }) }));
  const watched = await stage.look(options);
  await pill(watched.page, /^LIVE.*behind/);
  await watched.page.locator("#feed-count", { hasText: /^last 500$/ }).waitFor();
  return watched;
}

/** Offsets of the rows that exist, from the top, and whether they cover what is in sight. */
const rowsOf = (page: Page) => page.evaluate(() => {
  const view = document.querySelector("#rows")!.getBoundingClientRect(), rows = [...document.querySelectorAll<HTMLElement>(".rec")];
  const boxes = rows.map(node => node.getBoundingClientRect());
  return {
    offsets: rows.map(node => Number(node.querySelector(".key")!.textContent!.slice(1))),
    covered: rows.length > 0 && boxes[0].top <= view.top + 1 && boxes.at(-1)!.bottom >= view.bottom - 1,
    most: Math.ceil(view.height / 48) + 5,
  };
});

test("of five hundred records only those in sight are in the document, wherever one scrolls while thousands come", async () => {
  const watched = await busy(), { page } = watched;
  const total = await page.locator("#rows .spacer").evaluate(node => (node as HTMLElement).offsetHeight);
  assert.equal(total, 500 * 48);
  for (const top of [0, 5000, 12_345, total, 3000, 0]) {
    await page.locator("#rows").evaluate((node, y) => (node.scrollTop = y), top);
    await eventually(async () => {
      const { offsets, covered, most } = await rowsOf(page);
      assert.ok(offsets.length <= most, `${offsets.length} rows of ${most}`);
      assert.ok(covered && offsets.every((offset, i) => i === 0 || offset === offsets[i - 1] - 1), `at ${top}: ${covered} ${offsets}`);
    });
  }
  assertClean(watched);
});

/** Where the list stands: the offset of its first row. */
const first = async (page: Page) => (await rowsOf(page)).offsets[0];

/** It stands still while a thousand more come, by what it says itself; returns what it stands at. */
async function holds(page: Page, words: Locator): Promise<number> {
  await words.filter({ hasText: /^[\d,]+ new$/ }).waitFor();
  const { offsets } = await rowsOf(page), fresh = async () => Number((await words.innerText()).replace(/\D/g, "")), before = await fresh();
  await eventually(async () => assert.ok((await fresh()) > before + 1000));
  assert.deepEqual((await rowsOf(page)).offsets, offsets);
  return offsets[0];
}

const goesOn = (page: Page, from: number) => eventually(async () => assert.ok((await first(page)) > from + 1000));

test("who reads is left in peace: the list stands still, says how much is new, and goes on from the top", async () => {
  const { page } = await busy();
  await page.locator("#rows").evaluate(node => (node.scrollTop = 2400));
  const scrolled = await holds(page, page.locator(".fresh-rows"));
  await page.locator(".fresh-rows").click();
  await goesOn(page, scrolled);
  await page.locator(".fresh-rows").waitFor({ state: "hidden" });
  await page.locator("#rows").hover(); // at the top, and pointed at
  const pointed = await holds(page, page.locator("#feed-count"));
  await page.mouse.move(10, 10);
  await goesOn(page, pointed);
  await page.locator("#feed-count", { hasText: /^last 500$/ }).waitFor();
  await page.locator(".rec").nth(3).click();
  await page.locator(".detail").waitFor();
  await page.mouse.move(10, 10);
  await page.keyboard.press("Escape");
  const closed = await holds(page, page.locator(".fresh-rows"));
  await page.locator(".fresh-rows").click();
  await page.mouse.move(10, 10);
  await goesOn(page, closed);
});

test("a row that the keyboard is at stands still, opens, and is not lost out of sight", async () => {
  const watched = await busy(), { page } = watched;
  const tabbed = async () => {
    await page.locator("#search").focus();
    await page.keyboard.press("Tab");
    await settles(() => page.evaluate(() => document.activeElement?.id), "rows");
  };
  await tabbed();
  const at = await holds(page, page.locator(".fresh-rows"));
  for (const key of ["ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
  const { offsets } = await rowsOf(page), head = page.locator(".detail-head b", { hasText: /^p0 / });
  await page.keyboard.press("Enter");
  const opened = Number((await head.innerText()).slice(3).replaceAll(",", ""));
  assert.ok(offsets.includes(opened), `${opened} of ${offsets}`);
  await page.keyboard.press("Escape");
  await page.locator(".detail").waitFor({ state: "detached" });
  await page.locator(".fresh-rows").click();
  await page.mouse.move(10, 10);
  await goesOn(page, at);
  await tabbed();
  await holds(page, page.locator(".fresh-rows"));
  await page.keyboard.press("ArrowDown");
  await page.locator(".rec:focus").waitFor();
  await page.locator("#rows").evaluate(node => (node.scrollTop = 5000));
  await page.locator(".rec:focus").waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement?.id), "rows");
  assertClean(watched);
});

test("a finger that is down holds the list, and a tap opens what it is on, also what was found long ago", async () => {
  const watched = await busy({ touch: true }), { page } = watched, list = (await page.locator("#rows").boundingBox())!;
  const touch = await page.context().newCDPSession(page), x = list.x + 60;
  const send = (type: "touchStart" | "touchCancel", ...touchPoints: { x: number; y: number }[]) => touch.send("Input.dispatchTouchEvent", { type, touchPoints });
  await send("touchStart", { x, y: list.y + 20 });
  const { offsets } = await rowsOf(page), watch = page.locator("#clock"), before = await watch.innerText();
  await eventually(async () => assert.notEqual((await watch.innerText()).slice(0, 8), before.slice(0, 8)));
  assert.deepEqual((await rowsOf(page)).offsets, offsets);
  await send("touchCancel");
  await goesOn(page, offsets[0]);
  await page.locator("#search").fill('"v":7}'); // ten a second: the eleventh is older than the thousand that are kept
  await page.locator(".rec").nth(11).waitFor();
  await page.locator("#feed-count", { hasText: /^[2-9]\d found$/ }).waitFor();
  await page.touchscreen.tap(x, list.y + 11 * 48 + 20);
  await page.locator(".detail-head b", { hasText: /07$/ }).waitFor();
  assertClean(watched);
});

test("a record in full: its value opens as far as one looks, and the line that reads it again is copied", async () => {
  stage.bridge.channels.clear();
  const source = new Listed("nested"), deep = { a: { b: { c: { d: 1 } } }, list: Array.from({ length: 230 }, (_, i) => i), text: "<b>", none: null, big: 12345678901234567890 };
  source.push({ t: Date.now(), k: "me", v: JSON.stringify(deep), h: [["trace", "abc"]] });
  stage.bridge.channels.set("nested", source);
  const watched = await stage.look(), { page } = watched;
  await page.locator(".rec").first().click();
  const tree = page.locator(".detail .tree"), twig = (name: string) => tree.locator(".twig", { has: page.locator(".name", { hasText: new RegExp(`^${name}$`) }) });
  await tree.locator(".leaf", { hasText: '"<b>"' }).waitFor();
  await tree.locator(".leaf [data-type=null]").waitFor();
  await tree.locator(".leaf", { hasText: "rounded" }).waitFor();
  await page.locator(".detail-facts dd", { hasText: /^abc$/ }).waitFor();
  const leaf = tree.locator(".leaf", { has: page.locator(".name", { hasText: /^d$/ }) });
  await settles(() => leaf.count(), 0);
  await twig("c").click();
  await leaf.waitFor();
  await twig("c").click();
  await leaf.waitFor({ state: "hidden" });
  const items = tree.locator(".branch", { has: page.locator(".twig .name", { hasText: /^list$/ }) }).last().locator("> ul > li:not(.more)");
  await settles(() => twig("list").locator("i").innerText(), "[ 230 ]");
  await twig("list").click();
  for (const [shown, more] of [[100, "130 more"], [200, "30 more"]] as const) {
    await settles(() => items.count(), shown);
    await tree.locator(".more button", { hasText: new RegExp(`^${more}$`) }).click();
  }
  await settles(() => items.count(), 230);
  await settles(() => tree.locator(".more").count(), 0);
  await page.locator(".detail-foot .copy").click();
  await settles(() => page.evaluate(() => navigator.clipboard.readText()), "kcat -C -b localhost:9092 \\\n  -t nested -p 0 \\\n  -o 0 -c 1 -e -J");
  await page.locator(".detail .btn[aria-label='Back to records']").click();
  await page.locator(".detail").waitFor({ state: "detached" });
  assertClean(watched);
});
