// The three example pages, as the demo serves them, from the dashboard's link on.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { assertClean, eventually, launch, root, settles, visit, type Watched } from "./browser.ts";
import { Bridge, missing } from "./bridges.ts";

const kSources = { plain: ["plain.html", "plain.js"], ticker: ["ticker.html", "ticker.js"], react: ["react.html", "react.jsx"] };

describe("the examples", { skip: missing }, () => {
  let browser: Browser, bridge: Bridge;
  const open: Watched[] = [];

  before(async () => {
    browser = await launch();
    bridge = await Bridge.demo();
  });
  after(async () => {
    await browser?.close();
    await bridge?.stop();
  });

  async function example(name: string): Promise<Page> {
    const watched = await visit(browser, `${bridge.url}examples/${name}.html`);
    open.push(watched);
    return watched.page;
  }

  const text = (page: Page, selector: string, pattern: RegExp) =>
    page.waitForFunction(([node, source]) => new RegExp(source).test(document.querySelector(node)?.textContent ?? ""), [selector, pattern.source]);

  test("each is under sixty lines", () => {
    for (const [name, files] of Object.entries(kSources)) {
      const lines = files.map(file => readFileSync(join(root, "web/examples/src", file), "utf8").trimEnd().split("\n").length);
      assert.ok(lines.reduce((a, b) => a + b) < 60, `${name}: ${lines.join(" + ")}`);
    }
  });

  test("the dashboard leads to all three", async () => {
    const watched = await visit(browser, bridge.url);
    open.push(watched);
    await watched.page.locator("a.examples").click();
    await watched.page.locator("h1", { hasText: "Three small pages" }).waitFor();
    const links = () => watched.page.locator("li a").evaluateAll(nodes => nodes.map(node => (node as HTMLAnchorElement).pathname));
    await settles(links, Object.keys(kSources).map(name => `/examples/${name}.html`));
    const readme = readFileSync(join(root, "web/client/README.md"), "utf8");
    for (const name of Object.keys(kSources)) assert.ok(readme.includes(`../examples/src/${name}.`), name);
  });

  test("plain: the last value of every key, moving", async () => {
    const page = await example("plain");
    await text(page, "#state", /^live$/);
    await text(page, "#hosts li i", /^\d+\.\d %$/);
    const before = await page.locator("#hosts").innerText();
    await page.waitForFunction(was => (document.querySelector("#hosts") as HTMLElement).innerText !== was, before);
  });

  test("ticker: goes on where it was after a reload", async () => {
    const page = await example("ticker");
    const orders = () => page.evaluate(() => Number(JSON.parse(sessionStorage.getItem("ticker") ?? "{}").orders ?? 0));
    await text(page, "#total", /^[\d,]+ orders, [\d,]+ in all$/);
    await page.locator("#tape span").nth(5).waitFor({ state: "attached" });
    let before = 0;
    await eventually(async () => assert.ok((before = await orders()) > 5));
    await page.reload();
    await text(page, "#total", /orders/);
    await eventually(async () => assert.ok((await orders()) > before));
  });

  test("react: a channel as state", async () => {
    const page = await example("react");
    await text(page, "#root p", /^live, \d+ ms behind$/);
    await text(page, "#root li i", /^\d+(\.\d+)? ms$/);
    const before = await page.locator("#root ol").innerText();
    await page.waitForFunction(was => (document.querySelector("#root ol") as HTMLElement).innerText !== was, before);
  });

  test("none of them asked elsewhere or complained", () => open.forEach(watched => assertClean(watched)));
});
