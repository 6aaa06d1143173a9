// What stands on the sheet, and how a reader changes it, against the fake bridge.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { assertClean, choose, eventually, panelNamed, pick, pill, settles } from "./browser.ts";
import { setStage } from "./stage.ts";

const stage = setStage();

test("a share link shows the same panels, window and moment to somebody else", async () => {
  const first = await stage.look(), { page } = first;
  await pill(page, /^LIVE.*behind/);
  await choose(page, "cpu by host", "Aggregate", "max");
  await choose(page, "top sku", "Hide");
  await choose(page, "latency_ms", "Rename");
  await page.locator("dialog[open] input").fill("How long <b>");
  await page.keyboard.press("Enter");
  await page.keyboard.press("2");
  await page.waitForFunction(() => location.hash.includes("window=5m"));
  await page.keyboard.press("s");
  await page.locator("dialog", { hasText: "Copied." }).waitFor();
  const link = await page.locator(".link").inputValue();
  const second = await stage.look({ theme: "light" }, "", link);
  await pill(second.page, /^PAST/);
  await panelNamed(second.page, "cpu max by host");
  await panelNamed(second.page, "How long <b>");
  const titles = (p: Page) => p.locator(".panel h3").allInnerTexts(), at = Number(/at=(\d+)/.exec(link)![1]);
  await eventually(async () => {
    const found = await titles(second.page);
    assert.deepEqual(found, await titles(page));
    assert.ok(!found.includes("top sku"));
  });
  await settles(() => second.page.locator("#windows [aria-checked=true]").innerText(), "5 m");
  await settles(async () => (await second.page.locator("#clock").innerText()).slice(0, 8), new Date(at).toTimeString().slice(0, 8));
  assertClean(first);
  assertClean(second);
});

test("series keep their colour: live, in the past, for whoever follows a link", async () => {
  const colors = async (p: Page) => {
    const found = await Promise.all(["cpu by host", "rate by region"].map(async title => (await panelNamed(p, title)).locator(".legend [data-name]").evaluateAll(nodes => nodes.map(node => `${(node as HTMLElement).dataset.name} ${(node as HTMLElement).style.getPropertyValue("--c")}`).sort())));
    return found.flat();
  };
  const whole = (p: Page) => p.waitForFunction(() => {
    const first = document.querySelector(".legend:has([data-name^=host])");
    return first?.querySelectorAll("[data-name]").length === 6 && !document.querySelector(".panel:not(.unseen) .badge[data-kind=replay]");
  });
  const { page } = await stage.look();
  await pill(page, /^LIVE.*behind/);
  await panelNamed(page, "cpu by host");
  await whole(page);
  let live: string[] = [];
  await eventually(async () => assert.equal((live = await colors(page)).length, 10));
  await page.keyboard.press("Shift+ArrowLeft");
  await pill(page, /^PAST/);
  await page.waitForFunction(() => /at=\d+/.test(location.hash));
  await whole(page);
  await settles(() => colors(page), live);
  await page.keyboard.press("s");
  await page.locator("dialog", { hasText: "Copied." }).waitFor();
  const other = (await stage.look({}, "", await page.locator(".link").inputValue())).page;
  await pill(other, /^PAST/);
  await whole(other);
  await settles(() => colors(other), live);
});

test("distributions and lines of one field are told apart, and a distribution fills its panel on a phone too", async () => {
  for (const options of [{}, { width: 390, height: 844 }]) {
    const { page } = await stage.look(options);
    await pill(page, /^LIVE.*behind/);
    await panelNamed(page, "latency_ms");
    const panel = await panelNamed(page, "latency_ms distribution");
    await panel.scrollIntoViewIfNeeded();
    await settles(() => panel.locator(".during").innerText(), "in 1 m");
    await eventually(async () => {
      const cut = await panel.locator("h3").evaluate(node => node.scrollWidth > node.clientWidth);
      assert.ok(!cut, "the title is cut");
      const [plot, canvas] = await Promise.all([".plot", "canvas"].map(async part => (await panel.locator(part).boundingBox())!));
      assert.ok(canvas.height > 110 && Math.abs(plot.height - canvas.height) < 6 && Math.abs(plot.width - 16 - canvas.width) < 2, JSON.stringify({ plot, canvas }));
    });
  }
});

test("a legend never ends within a word: what has no room is counted, and a click away", async () => {
  const { page } = await stage.look({ width: 390, height: 844 });
  await pill(page, /^LIVE.*behind/);
  const panel = await panelNamed(page, "cpu by host"), more = panel.locator(".legend .more");
  await more.filter({ hasText: /^\+[1-5]$/ }).waitFor();
  const seen = () => panel.locator(".names").evaluate(list => {
    const box = list.getBoundingClientRect(), edge = list.parentElement!.getBoundingClientRect().right - 16;
    const inside = [...list.children].filter(item => item.getBoundingClientRect().bottom > box.top + 10 && item.getBoundingClientRect().top < box.bottom - 10);
    return { names: inside.map(item => (item as HTMLElement).dataset.name!), cut: inside.filter(item => item.getBoundingClientRect().right > edge).length };
  });
  const looks: Awaited<ReturnType<typeof seen>>[] = [];
  await eventually(async () => {
    looks.push(await seen());
    await more.click();
    assert.equal(new Set(looks.flatMap(({ names }) => names)).size, 6);
  });
  assert.ok(looks.length > 1);
  assert.ok(looks.every(({ cut }) => cut === 0), JSON.stringify(looks));
});

/** The name of every key figure in sight. */
const figures = (page: Page) => page.locator(".stat dt > span").allInnerTexts();

test("a key figure is changed like a panel: field, aggregate, one key, title; hidden, shared, and still so after a reload", async () => {
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE.*behind/);
  const wanted = ["orders rate", "amount mean", "latency_ms p95", "cpu mean", "mem mean"];
  await settles(() => figures(page).then(names => names.sort()), [...wanted].sort());
  const change = async (name: string, ...entries: string[]) => {
    await page.getByLabel(`Menu of ${name}`, { exact: true }).click();
    await pick(page, ...entries);
  };
  await change("cpu mean", "Aggregate", "max");
  await change("cpu max", "Key", "host-3");
  await change("mem mean", "Field", "disk");
  await change("amount mean", "Hide");
  await change("latency_ms p95", "Rename");
  await page.locator("dialog[open] input").fill("Slow <b>");
  await page.keyboard.press("Enter");
  const changed = ["Slow <b>", "cpu max of host-3", "disk mean", "orders rate"];
  await settles(() => figures(page).then(names => names.sort()), changed);
  const disk = page.locator(".stat", { hasText: "disk mean" }).locator(".figure");
  await disk.filter({ hasText: /^\d+(\.\d+)?%/ }).waitFor();
  // The address follows when nothing has changed for a moment.
  const packed = () => new URLSearchParams(new URL(page.url()).hash.slice(1)).get("panels") ?? "";
  await settles(() => Promise.resolve(Buffer.from(packed(), "base64url").toString().includes("Slow <b>")), true);
  const hash = new URL(page.url()).hash;
  await page.goto(stage.url);
  await settles(() => figures(page).then(names => names.sort()), changed);
  const other = await stage.look({}, hash);
  await settles(() => figures(other.page).then(names => names.sort()), changed);
  assertClean(watched);
});

test("a sixth key figure makes a second row, in which it is seen", async () => {
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE.*behind/);
  await settles(() => page.locator(".stat").count(), 5);
  await page.locator(".chan", { has: page.locator(".chan-name", { hasText: /^metrics$/ }) }).click();
  await pick(page, "Key figure", "disk");
  await settles(() => page.locator(".stat").count(), 6);
  await page.locator(".stat", { hasText: "disk mean" }).locator(".figure", { hasText: /\d/ }).waitFor();
  const sheet = (await page.locator("#sheet").boundingBox())!, boxes = await page.locator(".stat").evaluateAll(nodes => nodes.map(node => node.getBoundingClientRect().toJSON() as DOMRect));
  assert.deepEqual([...new Set(boxes.map(({ top }) => Math.round(top - sheet.y)))], [0, 97]);
  assert.ok(boxes.every(({ height, right }) => height === 96 && right <= sheet.x + sheet.width + 1), JSON.stringify(boxes));
  const first = (await page.locator(".panel").first().boundingBox())!;
  assert.equal(Math.round(first.y - sheet.y), 194);
  assertClean(watched);
});
