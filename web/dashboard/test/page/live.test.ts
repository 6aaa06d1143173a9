// The page while all is well, against the fake bridge: quick answers. Promises are kept in real.test.ts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Listed } from "../fake/source.ts";
import { assertClean, choose, eventually, findings, panelNamed, pill, settles, tableOf } from "./browser.ts";
import { said } from "./journal.ts";
import { setStage } from "./stage.ts";

const stage = setStage();

test("the last minute is drawn at load, under a sub-path, with nothing from elsewhere", async () => {
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE.*behind/);
  await panelNamed(page, "rate by region");
  await choose(page, "cpu by host", "Show as table");
  const seconds = (text: string) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  await eventually(async () => {
    const rows = await tableOf(page, "cpu by host"), span = (seconds(rows[0][0]) - seconds(rows.at(-1)![0]) + 86_400) % 86_400;
    assert.ok(span >= 50 && span <= 61, `${span} s`);
    assert.ok(rows.every(row => row.length === 7 && row.slice(1).filter(text => text !== "–").length >= 5), JSON.stringify(rows.slice(-3)));
  });
  assertClean(watched);
});

test("cut, refill, receipt: nothing lost", async () => {
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE.*behind/);
  await page.keyboard.press("x");
  await said(page, "#pill", /^CUT BY YOU/);
  await said(page, ".badge", /^outage$/);
  await said(page, ".cutline", /^Cut/);
  assert.match(await said(page, "#receipt", /^Recovered/), /^Recovered [\d,]+ updates .*lost 0 /);
  await pill(page, /^LIVE/);
  const exact = () => page.waitForFunction(() => [...document.querySelectorAll(".panel:not(.unseen) .badge")].every(badge => ["exact", ""].includes(badge.textContent!)));
  await exact().catch(async error => assert.fail(`${error}: ${await page.locator(".badge").allInnerTexts()}`));
  assertClean(watched, true);
});

test("a new topic's panel appears by itself; its channel is marked new", async () => {
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE.*behind/);
  const source = new Listed("hello");
  source.push({ t: Date.now(), k: "me", v: `{"cpu":42}` });
  stage.bridge.channels.set("hello", source);
  const panel = await panelNamed(page, "cpu by key");
  await settles(() => panel.locator(".from").innerText(), "hello");
  await settles(() => page.locator(".panel").first().locator("h3").innerText(), "cpu by key");
  await page.locator(".chan.fresh", { hasText: "hello" }).waitFor();
  assertClean(watched);
});

test("a channel is called by its title where it has one; its name stands beside it", async () => {
  stage.bridge.channels.get("metrics")!.title = "This machine";
  const { page } = await stage.look();
  await pill(page, /^LIVE.*behind/);
  const item = page.locator(".chan", { has: page.locator(".chan-name", { hasText: /^This machine$/ }) });
  await settles(() => item.locator(".chan-id").innerText(), "metrics");
  await settles(() => item.getAttribute("title"), "metrics");
  const from = (await panelNamed(page, "cpu by host")).locator(".from", { hasText: /^This machine$/ });
  await settles(() => from.getAttribute("title"), "metrics");
  await page.locator(".chan-name", { hasText: /^orders$/ }).waitFor();
});

test("nothing at all: paper, a line to paste, then the first record", async () => {
  stage.bridge.channels.clear();
  const watched = await stage.look(), { page } = watched;
  await page.locator("text=No topics yet").waitFor();
  await page.locator(".hello pre", { hasText: "kcat -P -b localhost:9092 -t hello" }).waitFor();
  await settles(() => findings(page), []);
  const source = new Listed("hello");
  source.push({ t: Date.now(), k: "me", v: `{"cpu":42}` });
  stage.bridge.channels.set("hello", source);
  await panelNamed(page, "cpu by key");
  await page.locator(".hello").waitFor({ state: "detached" });
  assertClean(watched);
});

test("pause counts what comes and keeps the picture still", async () => {
  const { page } = await stage.look();
  await pill(page, /^LIVE.*behind/);
  await page.keyboard.press("Space");
  await pill(page, /^PAUSED.*[1-9]\d* new/);
  const clock = await page.locator("#clock").innerText(), held = await page.locator("#pill").innerText();
  await page.waitForFunction(text => (document.querySelector("#pill") as HTMLElement).innerText !== text, held);
  assert.equal(await page.locator("#clock").innerText(), clock); // at once: it must not have moved
  await page.keyboard.press("Space");
  await pill(page, /^LIVE/);
});
