// What the page promises, against the real bridge on each broker: the first seconds, the outage that fills, the bridge that dies, time
// that goes back, the link, the badge. Events are awaited in order, without limits of time; times are reported.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, test, type TestContext } from "node:test";
import type { Browser, Page } from "playwright-core";
import { assertClean, choose, eventually, findings, launch, panelNamed, pill, recordsOf, settles, tableOf, visit, type Watched } from "./browser.ts";
import { brokers, kcat, Stand } from "./bridges.ts";
import { said } from "./journal.ts";

/** A panel's lines reach back at least so many seconds, by its table. */
async function reaches(page: Page, title: string, least: number): Promise<void> {
  const seconds = (text: string) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  await choose(page, title, "Show as table");
  await eventually(async () => {
    const drawn = (await tableOf(page, title)).filter(row => row.slice(1).some(text => text !== "–"));
    const reach = (seconds(drawn[0][0]) - seconds(drawn.at(-1)![0]) + 86_400) % 86_400;
    assert.ok(reach >= least, `${title}: ${reach} s`);
  });
  await choose(page, title, "Show as chart");
}

async function receipt(page: Page): Promise<{ text: string; updates: number; lost: string; took: string }> {
  const text = await said(page, "#receipt", /^Recovered/);
  return { text, updates: Number(/([\d,]+) updates?/.exec(text)![1].replace(/,/g, "")), lost: /lost ([\d,]+)/.exec(text)![1], took: /took (.+)/.exec(text)![1] };
}

/** The time of day that a link is for. */
function timeIn(link: string): string {
  return new Date(Number(/at=(\d+)/.exec(link)?.[1])).toTimeString().slice(0, 8);
}

/** Wow 1: hatched, then filled, "0 lost". */
async function cutAndRecover(t: TestContext, page: Page): Promise<void> {
  await page.locator("#cut").click();
  await said(page, "#pill", /^CUT BY YOU/);
  await said(page, ".badge", /^outage$/);
  await said(page, ".cutline", /^Cut/);
  const { updates, lost, took, text } = await receipt(page);
  t.diagnostic(`cut for 10 s: ${updates} updates came back in ${took}`);
  assert.equal(lost, "0");
  assert.ok(updates > 20, text);
  assert.match(text, /[\d,]+ to [\d,]+/);
  await pill(page, /^LIVE.*behind/);
  await page.waitForFunction(() => !document.querySelector(".panel:not(.unseen) :is(.badge[data-kind=outage], .badge[data-kind=replay])"));
}

/** Wow 3: every panel rewinds, plays, and snaps back to live. */
async function rewind(t: TestContext, page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector("#keeps")?.textContent?.startsWith("Kafka holds"));
  const lane = (await page.locator("#lanes").boundingBox())!, start = Date.now();
  await page.mouse.move(lane.x + lane.width - 17, lane.y + 40);
  await page.mouse.down();
  await page.mouse.move(lane.x + lane.width * 0.96, lane.y + 40, { steps: 5 });
  await page.mouse.up();
  await pill(page, /^PAST/);
  const at = () => page.locator("#head").getAttribute("aria-valuetext"), clock = async () => (await page.locator("#clock").innerText()).slice(0, 8);
  let shown = "";
  await eventually(async () => assert.equal((shown = await clock()), timeIn(page.url())));
  await page.waitForFunction(latest => {
    const first = document.querySelector(".rec time")?.textContent?.slice(0, 8) ?? "99";
    return first <= latest && [...document.querySelectorAll(".panel:not(.unseen) .badge")].every(badge => badge.textContent !== "replaying");
  }, shown);
  t.diagnostic(`rewound to ${await at()}; all panels there after ${Date.now() - start} ms of dragging and loading`);
  await page.locator("#speeds button", { hasText: "5×" }).click();
  await said(page, "#pill", /^PAST.*5×/);
  await page.waitForFunction(before => document.querySelector("#clock")!.textContent!.slice(0, 8) > before, shown);
  await page.locator("#live").click();
  await pill(page, /^LIVE/);
}

/** Wow 4: the same panels, window and moment for somebody else. */
async function shareRoundTrip(browser: Browser, page: Page): Promise<Watched> {
  const titles = (p: Page) => p.locator(".panel h3").allInnerTexts();
  await page.keyboard.press("s");
  await page.locator("dialog", { hasText: "Copied." }).waitFor();
  const link = await page.locator(".link").inputValue();
  await page.keyboard.press("Escape");
  const other = await visit(browser, link, { theme: "light" });
  await pill(other.page, /^PAST/);
  await other.page.locator(".rec").first().waitFor();
  await eventually(async () => assert.deepEqual(await titles(other.page), await titles(page)));
  await settles(async () => (await other.page.locator("#clock").innerText()).slice(0, 8), timeIn(link));
  return other;
}

for (const { name, isReal, skip } of brokers) describe(`on ${name}`, { skip }, () => {
  const stand = new Stand(isReal);
  let browser: Browser, watched: Watched, page: Page;

  before(async () => {
    browser = await launch();
    await stand.start();
    watched = await visit(browser, stand.bridge.url);
    page = watched.page;
    await pill(page, /^LIVE.*behind/);
    await panelNamed(page, "rate by region");
  });
  after(async () => {
    await browser?.close();
    await stand.stop();
  });

  /** A page of the test's own. */
  async function alone(test: (watched: Watched) => Promise<void>): Promise<void> {
    const mine = await visit(browser, stand.bridge.url);
    await test(mine);
    await mine.close();
  }

  if (!isReal) test("channels are called by the titles of the demo", async () => {
    for (const [title, name] of [["This machine", "metrics"], ["Orders", "orders"]]) {
      const item = page.locator(".chan", { has: page.locator(".chan-name", { hasText: new RegExp(`^${title}$`) }) });
      await settles(() => item.getAttribute("title"), name);
      await page.locator(".panel .from", { hasText: new RegExp(`^${title}$`) }).first().waitFor({ state: "attached" }); // a narrow panel has no room for it
    }
  });

  test("the last minute is drawn when the page opens", async t => {
    const start = Date.now();
    await alone(async mine => {
      await pill(mine.page, /^LIVE.*behind/);
      t.diagnostic(`live ${Date.now() - start} ms after the visit`);
      for (const title of ["rate by region", "cpu by key"]) await reaches(mine.page, title, 50);
      assertClean(mine);
    });
  });

  test("wow 1: cut for ten seconds; the outage fills; nothing is lost", async t => cutAndRecover(t, page));

  if (isReal) test("wow 2: the bridge is killed and started again; nothing is lost", async t => {
    await page.locator("#receipt").waitFor({ state: "hidden" });
    await stand.restart(async () => {
      await pill(page, /^OFFLINE/);
      await said(page, ".badge", /^outage$/);
    });
    const { updates, lost, took } = await receipt(page);
    t.diagnostic(`restarted: ${updates} updates came back in ${took}`);
    assert.equal(lost, "0");
    assert.ok(updates > 0);
    await pill(page, /^LIVE.*behind/);
  });

  test("wow 3: back in time, play, live", async t => rewind(t, page));

  test("wow 4: a share link round trip", async () => {
    const other = await shareRoundTrip(browser, page);
    assertClean(other);
    await other.close();
  });

  if (!isReal) test("who comes back finds the layout and the window again, without a link", () => alone(async mine => {
    const own = mine.page, titles = () => own.locator(".panel h3").allInnerTexts();
    await pill(own, /^LIVE.*behind/);
    await choose(own, "latency_ms distribution", "Rename");
    await own.locator("dialog[open] input").fill("How long");
    await own.keyboard.press("Enter");
    await choose(own, "top sku", "Hide");
    await own.keyboard.press("2");
    await own.waitForFunction(() => location.hash.includes("window=5m") && location.hash.includes("panels="));
    let before: string[] = [];
    await eventually(async () => assert.ok((before = await titles()).includes("How long") && !before.includes("top sku"), before.join()));
    const found = async () => {
      await panelNamed(own, "How long");
      await pill(own, /^LIVE.*behind/);
      await settles(titles, before);
      await settles(() => own.locator("#windows [aria-checked=true]").innerText(), "5 m");
    };
    await own.reload();
    await found();
    await own.goto(stand.bridge.url); // the address says nothing: the storage does
    await found();
    assertClean(mine);
  }));

  if (!isReal) test("the served page may load and ask nothing but its own origin, and runs nothing that stands in it", () => alone(async mine => {
    const own = mine.page;
    for (const path of ["", "worker.js"]) {
      const headers = (await own.request.get(stand.bridge.url + path)).headers();
      const policy = new Map(headers["content-security-policy"].split(";").map(part => part.trim().split(/ (.*)/s) as [string, string]));
      assert.equal(policy.get("default-src"), "'self'", path);
      for (const name of ["object-src", "base-uri", "form-action", "frame-ancestors"]) assert.equal(policy.get(name), "'none'", name);
      for (const [name, sources] of policy) assert.ok(!/unsafe|\*|https?:/.test(sources), `${name} ${sources}`);
      assert.ok(!policy.has("script-src") && !policy.has("connect-src"), "what default-src says holds for scripts and connections");
    }
    await pill(own, /^LIVE/);
    const ran = await own.evaluate(async () => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.head.append(script);
      const asked = await fetch("http://127.0.0.1:9/").then(() => true, () => false);
      return { script: (window as any).ran === true, asked };
    });
    assert.deepEqual(ran, { script: false, asked: false });
    await eventually(async () => assert.ok(mine.errors.filter(text => /Content Security Policy/.test(text)).length >= 2, mine.errors.join("\n")));
  }));

  test("wow 5: every panel says what it is", async () => {
    const panels = await page.locator(".panel").all();
    assert.ok(panels.length >= 6);
    for (const panel of panels) {
      await panel.scrollIntoViewIfNeeded(); // out of sight a panel says nothing new
      await panel.locator(".badge", { hasText: /^exact/ }).waitFor();
    }
  });

  test("the line of the connection card makes a channel and its panel", async t => {
    const card = page.locator("#connect pre"), paste = (line: string) => spawnSync("bash", ["-c", line], { encoding: "utf8" });
    await card.filter({ hasText: /kcat[^]*127\.0\.0\.1/ }).waitFor();
    const start = Date.now(), { status, stderr } = paste(await card.innerText());
    assert.equal(status, 0, stderr);
    await page.locator(".panel", { has: page.locator(".from", { hasText: "hello" }) }).first().waitFor();
    t.diagnostic(`panel ${Date.now() - start} ms after the line was pasted`);
    await recordsOf(page, "hello");
    if (!isReal) {
      await page.locator("#connect .tabs button", { hasText: "tailrace produce" }).click();
      assert.equal(paste(await card.innerText()).status, 0);
      await page.locator(".rec").nth(1).waitFor();
    }
    await page.locator("#only").click();
  });

  test("markup in key, value, header and topic is text", async () => {
    const evil = `<img src=x onerror="window.hacked=1">`;
    kcat(stand.bridge.kafka, "evil.topic", [`${evil}\t{"cpu":5,"${evil.replace(/"/g, "'")}":7,"name":"<script>window.hacked=1</script>"}`, `"><svg onload=window.hacked=1>\t${evil}`], ["-H", `${evil.replace(/=/g, "&#61;")}=${evil}`]);
    await recordsOf(page, "evil.topic");
    await page.locator(".rec").first().click();
    await page.locator(".detail").waitFor();
    await page.locator(".panel .from", { hasText: "evil.topic" }).first().waitFor({ state: "attached" });
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => (window as any).hacked), undefined);
    assert.equal(await page.locator("main img, aside img, nav img, main script, aside script, nav script, main svg[onload]").count(), 0);
  });

  test("the lane shows the pace of records, and where the history begins", async () => {
    await page.waitForFunction(() => document.querySelector("#lane-from")?.textContent !== "");
    await page.locator("#keeps", { hasText: /^Kafka holds \d+ (s|min)$/ }).waitFor();
  });

  test("no serious finding of axe-core, no request to elsewhere, no error in the console", async () => {
    await settles(() => findings(page), []);
    assertClean(watched, true);
  });
});
