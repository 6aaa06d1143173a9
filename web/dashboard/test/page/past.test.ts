// The page at another time, against the fake bridge: the scrubber, playback, longer windows.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { steady } from "../fake/source.ts";
import { assertClean, choose, eventually, panelNamed, pick, pill, settles, tableOf } from "./browser.ts";
import { said } from "./journal.ts";
import { setStage } from "./stage.ts";

const stage = setStage();

test("back in time, play, live again", async () => {
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE.*behind/);
  await page.waitForFunction(() => document.querySelector("#keeps")?.textContent?.startsWith("Kafka holds"));
  const lane = (await page.locator("#lanes").boundingBox())!, began = Date.now();
  await page.mouse.move(lane.x + lane.width - 20, lane.y + 40);
  await page.mouse.down();
  await page.mouse.move(lane.x + lane.width / 2, lane.y + 40, { steps: 8 });
  await page.mouse.up();
  await pill(page, /^PAST.*min ago/);
  let at = 0;
  await eventually(async () => {
    at = Number(/at=(\d+)/.exec(page.url())?.[1]);
    assert.ok(at > began - 960_000 && at < Date.now() - 840_000, `${at}`);
  });
  const minutes = [at, at - 1000].map(t => new Date(t).toTimeString().slice(0, 5));
  await page.waitForFunction(starts => starts.some(start => document.querySelector(".rec time")?.textContent?.startsWith(start)), minutes);
  await page.locator(".rec time").nth(5).waitFor();
  await page.locator("#speeds button", { hasText: "5×" }).click();
  await said(page, "#pill", /^PAST.*5×/);
  const before = await page.locator("#clock").innerText();
  await page.waitForFunction(text => document.querySelector("#clock")!.textContent!.slice(0, 8) > text.slice(0, 7) + "9", before);
  await page.keyboard.press("l");
  await pill(page, /^LIVE/);
  assertClean(watched);
});

test("played at 1×, a second is a second", async () => {
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE.*behind/);
  await page.keyboard.press("Shift+ArrowLeft");
  await pill(page, /^PAST/);
  await page.locator("#speeds button", { hasText: /^1×$/ }).click();
  await said(page, "#pill", /^PAST.*1×/);
  const seconds = (text: string) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  const look = async () => {
    const [text, now] = await page.evaluate(() => [document.querySelector("#clock")!.textContent!.slice(0, 8), performance.now()] as const);
    return { at: seconds(text), now: now / 1000 };
  };
  const began = await look();
  await eventually(async () => assert.ok((await look()).at >= began.at + 5));
  const { at, now } = await look();
  assert.ok(at - began.at < now - began.now + 2, `${at - began.at} s in ${now - began.now} s`);
  await page.locator(".rec").first().waitFor();
  assertClean(watched);
});

test("an outage is marked in the scrubber: open in one colour, made good in another", async () => {
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE.*behind/);
  /** Whether the line below the bars has a mark of this colour. */
  const marked = (color: string) => page.evaluate(name => {
    const paint = document.createElement("canvas").getContext("2d")!, canvas = document.querySelector<HTMLCanvasElement>("#lanes canvas")!;
    paint.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
    paint.fillRect(0, 0, 1, 1);
    const wanted = paint.getImageData(0, 0, 1, 1).data.join(), row = canvas.getContext("2d")!.getImageData(0, Math.round(59.5 * devicePixelRatio), canvas.width, 1).data;
    return Array.from({ length: canvas.width }, (_, x) => row.slice(4 * x, 4 * x + 4).join()).includes(wanted);
  }, color);
  const both = () => Promise.all([marked("--hold-ink"), marked("--accent")]);
  await settles(both, [false, false]);
  stage.bridge.deaf = true;
  stage.bridge.dropAll();
  await settles(both, [true, false]);
  stage.bridge.deaf = false;
  await settles(both, [false, true]);
  assertClean(watched, true);
});

test("the present is no past: played until it is reached, or stepped into, the page is live, and so is its address", async () => {
  const watched = await stage.look({ width: 390, height: 844 }, `#at=${Date.now() - 20_000}`), { page } = watched;
  const at = () => Promise.resolve(/at=(\d+)/.exec(page.url())?.[1] ?? "");
  await pill(page, /^PAST/);
  await page.locator("#more").click();
  await pick(page, "Speed", "5×"); // on a phone this menu is where speeds are
  await said(page, "#pill", /^PAST.*5×/);
  await pill(page, /^LIVE/);
  await settles(at, "");
  await page.keyboard.press("ArrowRight");
  const clock = () => page.evaluate(() => document.querySelector("#clock")!.textContent!.slice(0, 8)), seen = new Set<string>();
  await eventually(async () => assert.ok(seen.add(await clock()).size > 3)); // it goes on
  await page.keyboard.press("ArrowLeft");
  await said(page, "#pill", /^PAST/);
  await page.keyboard.press("Shift+ArrowRight");
  await pill(page, /^LIVE/);
  await settles(at, "");
  assertClean(watched);
});

/** How many columns of the lane have a bar at their foot. */
const barsOf = (page: Page) => page.evaluate(() => {
  const canvas = document.querySelector<HTMLCanvasElement>("#lanes canvas")!, row = canvas.getContext("2d")!.getImageData(0, Math.round(54.5 * devicePixelRatio), canvas.width, 1).data;
  return row.filter((alpha, i) => i % 4 === 3 && alpha > 100).length / canvas.width;
});

test("the lane has bars wherever the page looks, however far back", async () => {
  const watched = await stage.look({}, `#at=${Date.now() - 90 * 60_000}`), { page } = watched;
  await pill(page, /^PAST.*2 h ago/);
  await eventually(async () => assert.ok((await barsOf(page)) > 0.3));
  await page.keyboard.press("l");
  await pill(page, /^LIVE/);
  await eventually(async () => assert.ok((await barsOf(page)) > 0.3));
  assertClean(watched);
});

test("an hour is a window like any other: drawn from end to end, and exact", async () => {
  stage.bridge.channels.clear();
  stage.bridge.channels.set("slow", steady("slow", { every: 500, since: Date.now() - 7_200_000, make: (_, o) => ({ k: `k${o % 3}`, v: `{"v":${o % 100}}` }) }));
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE.*behind/);
  await panelNamed(page, "v by key");
  await page.keyboard.press("4");
  await settles(() => page.locator("#windows [aria-checked=true]").innerText(), "1 h");
  await page.waitForFunction(() => location.hash.includes("window=1h"));
  await choose(page, "v by key", "Show as table");
  const seconds = (text: string) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  await eventually(async () => {
    const rows = await tableOf(page, "v by key"), span = (seconds(rows[0][0]) - seconds(rows.at(-1)![0]) + 86_400) % 86_400;
    assert.ok(span > 3500 && span <= 3600, `${span} s`);
    assert.ok(rows.every(row => row.slice(1).filter(text => text !== "–").length >= 2), JSON.stringify(rows.at(-1)));
  });
  await settles(() => page.locator(".panel:not(.unseen) .badge:visible").allInnerTexts().then(texts => [...new Set(texts)]), ["exact"]);
  assertClean(watched);
});

test("a long window of a busy channel is a sample, and says so", async () => {
  stage.bridge.channels.clear();
  stage.bridge.channels.set("busy", steady("busy", { every: 1, since: Date.now() - 4_000_000, make: (_, o) => ({ k: `k${o % 4}`, v: `{"v":${o % 100}}` }) }));
  const { page } = await stage.look();
  await pill(page, /^LIVE/);
  await panelNamed(page, "v by key");
  await page.keyboard.press("3");
  await page.locator(".badge[data-kind=sampled]", { hasText: "sampled 1:4" }).first().waitFor();
});

test("a window that retention has reached into says so, on the badge and in the picture", async () => {
  stage.bridge.expire("metrics", Date.now() - 30 * 60_000);
  const watched = await stage.look({}, `#at=${Date.now() - 30 * 60_000 + 20_000}`), { page } = watched;
  await pill(page, /^PAST/);
  const badge = (await panelNamed(page, "cpu by host")).locator(".badge[data-kind=gap]");
  await eventually(async () => assert.match((await badge.getAttribute("title"))!, /older than \d\d:\d\d:\d\d, for Kafka has deleted it/));
  const other = await panelNamed(page, "rate by region");
  await settles(() => other.locator(".badge").innerText(), "exact");
  assertClean(watched);
});
