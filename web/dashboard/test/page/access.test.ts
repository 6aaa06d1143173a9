// The page by keyboard, by touch, by ear, at every width and with less motion, against the fake bridge.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { assertClean, eventually, findings, panelNamed, pick, pill, settles } from "./browser.ts";
import { setStage } from "./stage.ts";

const stage = setStage();

test("the keyboard reaches everything", async () => {
  const { page } = await stage.look();
  await pill(page, /^LIVE.*behind/);
  await page.keyboard.press("?");
  await page.locator("dialog[open]", { hasText: "Keyboard" }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  await eventually(async () => { // a panel that is young may still be replaced
    await page.keyboard.press("j");
    assert.equal(await page.locator(".panel:focus").count(), 1);
  });
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

test("at middle widths records are a key away, and back", async () => {
  for (const width of [1200, 1024, 800, 720]) {
    const watched = await stage.look({ width, height: 768 }), { page } = watched;
    await pill(page, /^LIVE.*behind/);
    const feed = page.locator("#feed"), sheet = page.locator("#sheet"), menu = async (entry: string) => {
      await page.locator("#more").click();
      await pick(page, entry);
    };
    await feed.waitFor({ state: "hidden" });
    await page.keyboard.press("/");
    await page.keyboard.type("host-3");
    await page.waitForFunction(() => [...document.querySelectorAll(".rec .key")].length > 3 && [...document.querySelectorAll(".rec .key")].every(key => key.textContent === "host-3"));
    const box = (await feed.boundingBox())!;
    assert.ok(box.x + box.width <= width && box.width >= 336, JSON.stringify(box));
    assert.equal(await sheet.isVisible(), width >= 960);
    await page.locator("#away").click();
    await feed.waitFor({ state: "hidden" });
    await sheet.waitFor();
    await menu("Records");
    await feed.waitFor();
    await menu("Close records");
    await feed.waitFor({ state: "hidden" });
    assertClean(watched);
  }
});

/** Whatever can be hit in these, with its size; of a box to tick its label is what is hit. */
const targetsIn = (page: Page, inside: string) => page.evaluate(layer => [...document.querySelectorAll<HTMLElement>(layer)].flatMap(node => [node, ...node.querySelectorAll<HTMLElement>("*")])
  .filter(node => node.matches("button, a, input, [role=slider]") && node.getClientRects().length > 0)
  .map(node => {
    const { width, height } = (node.matches("[type=checkbox]") ? node.closest("label")! : node).getBoundingClientRect();
    return { what: node.getAttribute("aria-label") || node.textContent || node.className, width, height };
  }), inside);

test("what fingers hit in menus, dialogs and the card is 40 px or more, on a phone and on a tablet", async () => {
  for (const [size, more] of [[{ width: 390, height: 844 }, "#more, .panel .menu, .stat .menu, .dock button, .transport button, #live"], [{ width: 1024, height: 768, touch: true }, "#more, .top button, .panel .menu, .stat .menu, .transport button, #live, .connect *"]] as const) {
    const { page } = await stage.look(size);
    await pill(page, /^LIVE.*behind/);
    await panelNamed(page, "cpu by host");
    await page.locator(".stat .menu").first().waitFor();
    const checked = async (inside: string, least: number) => {
      const found = await targetsIn(page, inside);
      assert.ok(found.length >= least, `${found.length} in ${inside}`);
      assert.deepEqual(found.filter(({ width, height }) => width < 40 || height < 40), [], `${inside} at ${size.width}`);
    };
    await checked(more, 5);
    const names = await targetsIn(page, ".legend button");
    assert.ok(names.length > 5 && names.every(({ width, height }) => width >= 24 && height >= 24), JSON.stringify(names));
    const menu = async (button: string, ...entries: string[]) => {
      await page.locator(button).first().click();
      await checked(".pop", 4);
      await pick(page, ...entries);
    };
    const dialog = async (least: number) => {
      await page.locator("dialog[open]").waitFor();
      await checked("dialog[open]", least);
      await page.keyboard.press("Escape");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
    };
    await menu("#more", "Window");
    await checked(".pop", 5);
    await page.keyboard.press("Escape");
    await menu("#more", "Share");
    await dialog(4);
    await menu("#more", "Keyboard");
    await dialog(2);
    await menu(".panel .menu", "Rename");
    await dialog(3);
    await menu(".stat .menu", "Field");
    await checked(".pop", 5);
    await page.keyboard.press("Escape");
    await menu("#more", "Records");
    await page.locator(".rec").nth(4).waitFor();
    await checked("#feed", 5);
    await page.locator(".rec").first().click();
    await page.locator(".detail").waitFor();
    await checked(".detail", 2);
  }
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
