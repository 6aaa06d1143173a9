// Chromium for tests: pages that collect what they must never do, so that every test can say "and nothing else happened".
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { setTimeout as pass } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { keepJournal } from "./journal.ts";

/** Long enough for a busy machine; no test waits for it unless something is broken. */
export const kPatience = 300_000;
const kArgs = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** It is noon here and in the browser: clocks that are compared as text don't pass midnight. */
const kEast = 12 - new Date().getUTCHours();
process.env["TZ"] = `Etc/GMT${kEast > 0 ? "-" : "+"}${Math.abs(kEast)}`;

// Tests run from web/dashboard/.test/page/.
const here = dirname(fileURLToPath(import.meta.url));
export const root = resolve(here, "../../../..");
export const built = resolve(root, "build/web");
export const pictures = resolve(root, "build/screenshots");

export async function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: kArgs, timeout: kPatience });
}

export interface Watched {
  page: Page;
  /** Console errors and uncaught exceptions. */
  errors: string[];
  /** Requests to anywhere but the page's own origin. */
  strays: string[];
  close(): Promise<void>;
}

export interface Look { width?: number; height?: number; theme?: "light" | "dark"; still?: boolean; touch?: boolean }

/** Opens a page in a context of its own. */
export async function visit(browser: Browser, url: string, { width = 1440, height = 900, theme = "dark", still = false, touch = false }: Look = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: still ? "reduce" : "no-preference", hasTouch: touch, permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage(), errors: string[] = [], strays: string[] = [], own = new URL(url).host;
  page.setDefaultTimeout(kPatience);
  await keepJournal(page);
  page.on("console", message => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", error => errors.push(String(error.stack)));
  const check = (target: string) => new URL(target).host !== own && /^(http|ws)/.test(target) && strays.push(target);
  context.on("request", request => check(request.url()));
  page.on("websocket", socket => check(socket.url()));
  await page.goto(url);
  return { page, errors, strays, close: () => context.close() };
}

/** What must hold of any page at the end of any test. `lost`: the connection was cut, and browsers say so in the console. */
export function assertClean({ errors, strays }: Watched, lost = false): void {
  const bad = lost ? errors.filter(text => !/WebSocket connection to|Failed to load resource|net::ERR_/.test(text)) : errors;
  assert.deepEqual(bad, []);
  assert.deepEqual(strays, []);
}

/** Asserts again and again until it holds: what follows from a deed may show seconds later. */
export async function eventually(holds: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + kPatience; ; await pass(100)) {
    try {
      return await holds();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

/** What is read comes to be this. */
export async function settles<T>(read: () => Promise<T>, wanted: T): Promise<void> {
  await eventually(async () => assert.deepEqual(await read(), wanted));
}

/** Waits until the pill says this; for what it says only for a while there is the journal. */
export async function pill(page: Page, text: RegExp): Promise<void> {
  await page.waitForFunction(([source, flags]) => new RegExp(source, flags).test(document.querySelector("#pill")?.textContent ?? ""), [text.source, text.flags], { timeout: kPatience });
}

export async function panelNamed(page: Page, title: string): Promise<import("playwright-core").Locator> {
  const panel = page.locator(".panel", { has: page.locator("h3", { hasText: new RegExp(`^${title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`) }) }).first();
  await panel.waitFor();
  return panel;
}

/** Picks entries of a panel's menu, one after the other. */
export async function choose(page: Page, title: string, ...entries: string[]): Promise<void> {
  await (await panelNamed(page, title)).locator(".menu").click();
  await pick(page, ...entries);
}

/** Picks entries of the menu that is open, one after the other. */
export async function pick(page: Page, ...entries: string[]): Promise<void> {
  for (const entry of entries) await page.locator(".pop button", { has: page.locator(".item", { hasText: new RegExp(`^${entry}$`) }) }).click();
}

/** Narrows the feed to a channel, and waits until nothing else is in it: what others produce doesn't push its records out of sight. */
export async function recordsOf(page: Page, channel: string): Promise<void> {
  await page.locator(".chan", { has: page.locator(".chan-name", { hasText: new RegExp(`^${channel}$`) }) }).click();
  await page.locator(".pop button", { hasText: "Show its records" }).click();
  await eventually(async () => assert.deepEqual([...new Set(await page.locator(".rec .ch").allInnerTexts())], [channel]));
}

/** Rows of a panel that is shown as a table, by now. */
export async function tableOf(page: Page, title: string): Promise<string[][]> {
  const panel = await panelNamed(page, title);
  return panel.locator(".as-table tbody tr").evaluateAll(rows => rows.map(row => [...row.children].map(cell => cell.textContent ?? "")));
}

/** Serious findings of axe-core. Evaluated, not injected: the page's CSP allows no foreign script. */
export async function findings(page: Page): Promise<string[]> {
  const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(source);
  const result = await page.evaluate(async () => (window as any).axe.run(document, { resultTypes: ["violations"] }));
  return result.violations.filter((v: any) => v.impact === "serious" || v.impact === "critical").map((v: any) => `${v.id}: ${v.nodes.map((n: any) => n.html.slice(0, 160) + " — " + n.failureSummary).slice(0, 3).join(" | ")}`);
}
