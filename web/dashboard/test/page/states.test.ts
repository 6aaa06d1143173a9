// Every state that is no good news, and input that nobody should send: the page says what it is, and goes on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bad } from "../fake/bad.ts";
import { assertClean, eventually, panelNamed, pill, recordsOf } from "./browser.ts";
import { said } from "./journal.ts";
import { setStage } from "./stage.ts";

const stage = setStage();

test("the bridge dies: offline, retry, all comes back", async () => {
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE.*behind/);
  stage.bridge.deaf = true;
  stage.bridge.dropAll();
  await said(page, "#pill", /^OFFLINE.*retry in/);
  await page.locator(".banner", { hasText: "Connection lost" }).waitFor();
  await page.waitForFunction(() => document.querySelector<HTMLButtonElement>(".banner button")?.textContent === "Retry now");
  stage.bridge.deaf = false;
  await page.evaluate(() => document.querySelector<HTMLButtonElement>(".banner button")?.click()); // unless it was quicker by itself
  assert.match(await said(page, "#receipt", /^Recovered/), /lost 0 /);
  await pill(page, /^LIVE/);
  await page.locator(".banner").waitFor({ state: "detached" });
  assertClean(watched, true);
});

test("in the back/forward cache no socket is open; shown again, the page fetches what it missed", async () => {
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE.*behind/);
  const transition = (type: string) => page.evaluate(name => void dispatchEvent(new PageTransitionEvent(name, { persisted: true })), type);
  await transition("pagehide");
  await stage.bridge.left();
  await transition("pageshow");
  assert.match(await said(page, "#receipt", /^Recovered/), /lost 0 /);
  await pill(page, /^LIVE/);
  assert.ok(stage.bridge.connected > 0);
  assertClean(watched);
});

test("Kafka goes and comes back: said apart from a lost connection", async () => {
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE.*behind/);
  stage.bridge.setKafka(false);
  await pill(page, /^NO KAFKA/);
  await page.locator(".banner", { hasText: "Kafka is not reachable" }).waitFor();
  const fine = page.locator(".banner .fine"), details = page.locator(".banner button", { hasText: "Details" });
  await fine.waitFor({ state: "hidden" });
  await details.click();
  await fine.filter({ hasText: /^Since \d\d:\d\d:\d\d: nothing new comes/ }).waitFor();
  await details.click();
  await fine.waitFor({ state: "hidden" });
  stage.bridge.setKafka(true);
  await pill(page, /^LIVE/);
  assertClean(watched);
});

test("Kafka comes back while the bridge is away: nobody says so, and nothing is left of it", async () => {
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE.*behind/);
  stage.bridge.setKafka(false);
  await page.locator(".banner", { hasText: "Kafka is not reachable" }).waitFor();
  stage.bridge.deaf = true;
  stage.bridge.dropAll();
  await said(page, "#pill", /^OFFLINE/);
  stage.bridge.setKafka(true);
  stage.bridge.deaf = false;
  assert.match(await said(page, "#receipt", /^Recovered/), /lost 0 /);
  await pill(page, /^LIVE.*behind/);
  await page.locator(".banner").waitFor({ state: "detached" });
  assertClean(watched, true);
});

test("silence is stale, not offline; the next sign of life ends it", async () => {
  stage.bridge.heartbeat = 30_000; // two thirds as long after it is stale, the page would let go of it
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE.*behind/);
  stage.bridge.mute = true;
  await said(page, "#pill", /^STALE.*no heartbeat for \d+ s/);
  await said(page, ".banner", /^Nothing heard since \d\d:\d\d:\d\d/);
  stage.bridge.mute = false;
  await pill(page, /^LIVE/);
  assert.deepEqual(await page.evaluate(() => (window as any).journal.filter(([part, text]: [string, string]) => part === "#pill" && text.startsWith("OFFLINE"))), []);
  assertClean(watched);
});

test("a topic that is gone, and an open transaction, are said where the channel is listed", async () => {
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE.*behind/);
  const fields = page.locator(".chan", { has: page.locator(".chan-name", { hasText: /^orders$/ }) }).locator(".chan-fields");
  const says = async (text: RegExp) => fields.filter({ hasText: text }).waitFor();
  stage.bridge.tell({ status: { channel: "orders", topic: "missing", since: Date.now() } });
  await says(/^topic is gone$/);
  stage.bridge.tell({ status: { channel: "orders", topic: "present", since: Date.now() } });
  stage.bridge.tell({ status: { channel: "orders", p: 2, held_by_transaction: true, stable: 512, since: Date.now() } });
  await says(/^held by a transaction: p2$/);
  stage.bridge.tell({ status: { channel: "orders", p: 2, held_by_transaction: false, stable: 512, since: Date.now() } });
  await says(/latency_ms/);
  stage.bridge.tell({ status: { channel: "orders", topic: "missing", since: Date.now() } });
  await says(/^topic is gone$/);
  stage.bridge.dropAll();
  await says(/latency_ms/);
  assertClean(watched, true);
});

test("a topic that Kafka denies after an outage is said to be unavailable, and nobody waits for it", async () => {
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE.*behind/);
  stage.bridge.denied.add("orders");
  stage.bridge.dropAll();
  await said(page, "#receipt", /^Recovered/);
  await pill(page, /^LIVE.*behind/);
  const fields = page.locator(".chan", { has: page.locator(".chan-name", { hasText: /^orders$/ }) }).locator(".chan-fields");
  await fields.filter({ hasText: /^topic unavailable$/ }).waitFor();
  await (await panelNamed(page, "rate by region")).locator(".badge[data-kind=outage]").waitFor();
  stage.bridge.denied.clear();
  await said(page, ".cutline", /^Recovered [\d,]+ orders$/);
  await fields.filter({ hasText: /latency_ms/ }).waitFor();
  assertClean(watched, true);
});

test("an example that lacks its channel says so", async () => {
  stage.bridge.channels.clear();
  for (const [name, channel, words] of [["plain", "metrics", "#state"], ["ticker", "orders", "#total"], ["react", "orders", "#root p"]]) {
    const watched = await stage.look({}, "", `${stage.url}examples/${name}.html`);
    await watched.page.locator(words, { hasText: `Nothing from the channel “${channel}”: no channel` }).waitFor();
    assertClean(watched);
  }
});

test("a page without its Worker says that it stopped", async () => {
  stage.bridge.lost.add("worker.js");
  const { page } = await stage.look();
  await page.locator(".banner[data-kind=loss]", { hasText: "This page stopped." }).waitFor();
});

test("closed for good is red and says why", async () => {
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE.*behind/);
  const panel = await panelNamed(page, "cpu by host"), channels = await page.locator(".chan-name").allInnerTexts();
  await panel.locator(".badge", { hasText: /^exact$/ }).waitFor();
  stage.bridge.closeAll(4403);
  await pill(page, /^CLOSED.*not allowed/);
  await page.locator(".banner[data-kind=loss]").waitFor();
  await panel.locator(".badge[data-kind=outage]").waitFor();
  await panel.locator(".legend b").first().waitFor(); // what was there still is
  assert.deepEqual([await page.locator(".note", { hasText: "Not available" }).count(), await page.locator(".chan-name").allInnerTexts()], [0, channels]);
  assertClean(watched, true);
});

test("bad input of every kind: shown as far as it goes, never run", async () => {
  stage.bridge.channels.clear();
  for (const source of bad(Date.now())) stage.bridge.channels.set(source.name, source);
  const watched = await stage.look(), { page } = watched;
  await pill(page, /^LIVE/);
  await panelNamed(page, "not json");
  for (const channel of ["wide", "changing", "keys"]) await page.locator(".panel .from", { hasText: channel }).first().waitFor({ state: "attached" });
  for (let y = 0; y < 12_000; y += 700) await page.evaluate(top => (document.querySelector("#sheet")!.scrollTop = top), y);
  await page.locator(".rec").first().click();
  await page.locator(".detail").waitFor();
  assert.equal(await page.evaluate(() => (window as any).hacked), undefined);
  assert.equal(await page.locator("main img, aside img, nav img, main script, aside script, nav script").count(), 0);
  for (const [channel, left] of [["wide", /268 fields/], ["deep", /nested deeper than 6 levels/], ["future", /records dated in the future/], ["changing", /no number in 1 field/], ["nan", /no number in 1 field/]] as const) {
    const panel = page.locator(".panel", { has: page.locator(".from", { hasText: new RegExp(`^${channel}$`) }) }).first();
    await panel.scrollIntoViewIfNeeded();
    await eventually(async () => assert.match((await panel.locator(".badge").getAttribute("title"))!, left));
  }
  const crowd = page.locator(".panel[data-kind=time]", { has: page.locator(".from", { hasText: /^keys$/ }) }).first();
  await crowd.scrollIntoViewIfNeeded();
  await crowd.locator(".legend", { hasText: /other \(492 keys, mean\)/ }).waitFor();
  const foreign = page.locator(".chan", { has: page.locator(".chan-name", { hasText: /^עברית 🦩$/ }) }); // right to left, and with pictures
  await foreign.locator(".chan-fields", { hasText: "מספר" }).waitFor();
  await page.locator(".detail .btn[aria-label='Back to records']").click();
  await recordsOf(page, "עברית 🦩");
  const upside = page.locator(".rec", { has: page.locator(".key", { hasText: /^\u202eevil\u202c$/ }) }).first(); // turns round what follows it, where nobody stops it
  await page.locator(".rec .key", { hasText: /^🦩🏳️‍🌈$/ }).first().waitFor();
  const bidi = await upside.locator(".key, .ch, .val span").evaluateAll(nodes => nodes.map(node => getComputedStyle(node).unicodeBidi));
  assert.ok(bidi.length > 2 && bidi.every(way => way === "isolate"), `${bidi}`);
  const text = await panelNamed(page, "not json");
  await text.scrollIntoViewIfNeeded();
  await text.locator(".note", { hasText: "These records are text, not JSON with numbers" }).waitFor();
  assertClean(watched);
});
