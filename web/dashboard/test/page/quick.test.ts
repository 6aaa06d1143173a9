// The page against the fake bridge: quick answers while working on it. Promises are kept in real.test.ts.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
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

test("without serious findings for assistive technology, in both themes and on a phone", async () => {
  for (const options of [{ theme: "dark" as const }, { theme: "light" as const }, { width: 390, height: 844 }]) {
    const { page } = await stage.look(options);
    await pill(page, /^LIVE.*behind/);
    await settles(() => findings(page), []);
  }
});

/** Milliseconds between one picture of a panel's lines and the next, a few of them. */
async function pacesOf(page: Page, title: string): Promise<number[]> {
  const canvas = (await panelNamed(page, title)).locator("canvas");
  return canvas.evaluate((node, few) => new Promise(done => {
    const at: number[] = [], pen = (node as HTMLCanvasElement).getContext("2d")!;
    pen.clearRect = (...box) => {
      CanvasRenderingContext2D.prototype.clearRect.apply(pen, box);
      if (at.push(performance.now()) > few) done(at.slice(1).map((t, i) => t - at[i]));
    };
  }), 4);
}

test("with less motion lines step once a second, and nothing blinks", async () => {
  const moving = await stage.look(), still = await stage.look({ still: true });
  for (const { page } of [moving, still]) await pill(page, /^LIVE.*behind/);
  assert.equal(await still.page.locator(".pill .glyph").evaluate(node => getComputedStyle(node, "::before").animationDuration), "0.001s");
  await eventually(async () => {
    const paces = await pacesOf(still.page, "cpu by host");
    assert.ok(paces.every(ms => ms > 700), `${paces}`); // the bridge's seconds: not to the millisecond by the page's clock
  });
  await eventually(async () => {
    const paces = await pacesOf(moving.page, "cpu by host");
    assert.ok(paces.some(ms => ms < 700), `${paces}`);
  });
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

test("the keyboard reaches everything", async () => {
  const { page } = await stage.look();
  await pill(page, /^LIVE.*behind/);
  await page.keyboard.press("?");
  await page.locator("dialog[open]", { hasText: "Keyboard" }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  await page.keyboard.press("j");
  await page.locator(".panel:focus").waitFor();
  await page.keyboard.press("m");
  await page.locator(".pop").waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await page.locator(".pop [aria-checked=true]").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".pop").waitFor({ state: "detached" });
  await page.keyboard.press("f");
  await page.locator(".panel.full").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".panel.full").waitFor({ state: "detached" });
  await page.keyboard.press("/");
  await page.keyboard.type("host-3");
  await page.waitForFunction(() => [...document.querySelectorAll(".rec .key")].length > 3 && [...document.querySelectorAll(".rec .key")].every(key => key.textContent === "host-3"));
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowLeft");
  await pill(page, /^PAST/);
});

test("a long window of a busy channel is a sample, and says so", async () => {
  stage.bridge.channels.clear();
  const { steady } = await import("../fake/source.ts");
  stage.bridge.channels.set("busy", steady("busy", { every: 1, since: Date.now() - 4_000_000, make: (_, o) => ({ k: `k${o % 4}`, v: `{"v":${o % 100}}` }) }));
  const { page } = await stage.look();
  await pill(page, /^LIVE/);
  await panelNamed(page, "v by key");
  await page.keyboard.press("3");
  await page.locator(".badge[data-kind=sampled]", { hasText: "sampled 1:4" }).first().waitFor();
});
