// The page in its states, on a real Kafka, in both themes and two sizes: pictures for people, kept in build/screenshots.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { assertClean, launch, pictures, pill, visit, type Watched } from "./browser.ts";
import { Bridge, Kafka, noKafka, produceDemo } from "./bridges.ts";

const kLooks = [{ width: 1440, height: 900 }, { width: 390, height: 844 }].flatMap(size => (["dark", "light"] as const).map(theme => ({ ...size, theme })));

describe("pictures", { skip: noKafka }, () => {
  let browser: Browser, kafka: Kafka, bridge: Bridge, producer: ChildProcess | undefined;
  const open: { watched: Watched; name: string; phone: boolean }[] = [];

  before(async () => {
    mkdirSync(pictures, { recursive: true });
    browser = await launch();
    kafka = Kafka.start();
    bridge = await Bridge.serve(kafka.bootstrap);
  });
  after(async () => {
    await browser?.close();
    producer?.kill();
    await bridge?.stop();
    kafka?.stop();
  });

  async function all(does: (page: Page, phone: boolean) => Promise<unknown>): Promise<void> {
    for (const { watched, phone } of open) await does(watched.page, phone);
  }

  async function shoot(state: string): Promise<void> {
    for (const { watched, name } of open) {
      const path = join(pictures, `${state}-${name}.png`);
      await watched.page.screenshot({ path });
      assert.ok(statSync(path).size > 5000);
    }
  }

  test("empty", async () => {
    for (const look of kLooks) open.push({ watched: await visit(browser, bridge.url, look), name: `${look.theme}-${look.width}x${look.height}`, phone: look.width < 720 });
    await all(page => page.locator("text=No topics yet").waitFor());
    await shoot("empty");
  });

  test("live", async () => {
    producer = produceDemo(kafka.bootstrap);
    await all(page => pill(page, /^LIVE.*behind/));
    await all(page => page.waitForFunction(() => {
      const values = [...document.querySelectorAll(".panel:not(.unseen) .legend b")];
      return values.length > 0 && values.every(node => node.textContent);
    }));
    await all(page => page.waitForFunction(() => [...document.querySelectorAll(".stat .figure")].every(node => !node.textContent!.startsWith("–"))));
    await all(page => page.reload());
    await all(page => pill(page, /^LIVE.*behind/));
    await all(page => page.waitForFunction(() => document.querySelector("#keeps")!.textContent!.startsWith("Kafka holds")));
    await shoot("live");
  });

  test("outage, and what came back", async () => {
    await all(async (page, phone) => {
      if (!phone) return page.keyboard.press("x");
      await page.locator("#more").click();
      return page.locator(".pop button", { hasText: "Cut connection" }).click();
    });
    await all(page => pill(page, /^CUT BY YOU.*back in [1-5] s/));
    await shoot("outage");
    await all(page => page.locator("#receipt", { hasText: "Recovered" }).waitFor());
    await shoot("recovered");
  });

  test("past", async () => {
    await all(async page => {
      for (let i = 0; i < 3; i++) await page.keyboard.press("Shift+ArrowLeft");
    });
    await all(page => pill(page, /^PAST/));
    await all(page => page.waitForFunction(() => [...document.querySelectorAll(".panel:not(.unseen) .badge")].every(badge => badge.textContent !== "replaying")));
    await shoot("past");
    await all(page => page.keyboard.press("l"));
    await all(page => pill(page, /^LIVE/));
  });

  test("offline", async () => {
    const { port } = bridge;
    await bridge.stop();
    await all(page => page.locator(".banner", { hasText: "Connection lost" }).waitFor());
    await all(page => pill(page, /^OFFLINE.*retry/));
    await shoot("offline");
    bridge = await Bridge.serve(kafka.bootstrap, port);
    await all(page => pill(page, /^LIVE/));
  });

  test("Kafka unreachable", async () => {
    kafka.kill();
    await all(page => page.locator(".banner", { hasText: "Kafka is not reachable" }).waitFor());
    await shoot("kafka");
    for (const { watched } of open) assertClean(watched, true);
  });
});
