// The page in its states, on each broker, in both themes and two sizes. What a real one can't be brought to at will is in
// gone.test.ts.
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { assertClean, launch, pill, visit } from "./browser.ts";
import { Bridge, brokers, Stand } from "./bridges.ts";
import { said } from "./journal.ts";
import { allLooks, shoot, type Seen } from "./looks.ts";

for (const { name, word, isReal, skip } of brokers) describe(`pictures on ${name}`, { skip }, () => {
  const stand = new Stand(isReal);
  /** Another bridge before the same broker: it outlives the demo, which is broker and bridge in one. */
  let second: Bridge | undefined, browser: Browser, looks: Seen[] = [];

  before(async () => {
    browser = await launch();
    await stand.start();
    second = await Bridge.serve(stand.bridge.kafka);
  });
  after(async () => {
    await browser?.close();
    await second?.stop();
    await stand.stop();
  });

  /** All at once: what one shows doesn't wait for the others. */
  const all = async (does: (page: Page, seen: Seen) => Promise<unknown>) => void (await Promise.all(looks.map(seen => does(seen.page, seen))));
  const shootAll = (state: string) => all((_, seen) => shoot(seen, `${state}-${word}`));
  const open = async ({ url }: Bridge) => void (looks = await allLooks(look => visit(browser, url, look)));
  const close = () => all(async (_, seen) => {
    assertClean(seen, true);
    await seen.close();
  });

  test("empty", async () => {
    const bare = await Bridge.serve(stand.bridge.kafka, { topics: "^none$" });
    await open(bare);
    await all(page => page.locator("text=No topics yet").waitFor());
    await shootAll("empty");
    await close();
    await bare.stop();
  });

  test("live", async () => {
    await open(stand.bridge);
    await all(page => pill(page, /^LIVE.*behind/));
    await all(page => page.waitForFunction(() => {
      const values = [...document.querySelectorAll(".panel:not(.unseen) .legend b")];
      return values.length > 0 && values.every(node => node.textContent);
    }));
    await all(page => page.waitForFunction(() => [...document.querySelectorAll(".stat .figure")].every(node => !node.textContent!.startsWith("–"))));
    await all(page => page.waitForFunction(() => document.querySelector("#keeps")!.textContent!.startsWith("Kafka holds")));
    await shootAll("live");
  });

  test("outage, and what came back", () => all(async (page, seen) => {
    if (seen.phone) {
      await page.locator("#more").click();
      await page.locator(".pop button", { hasText: "Cut connection" }).click();
    } else await page.keyboard.press("x");
    await said(page, "#pill", /^CUT BY YOU/);
    await page.waitForFunction(() => !/back in ([6-9]|10) s/.test(document.querySelector("#pill")!.textContent!));
    await shoot(seen, `outage-${word}`);
    await said(page, "#receipt", /^Recovered/);
    await shoot(seen, `recovered-${word}`);
  }));

  test("past", async () => {
    await all(async page => {
      for (let i = 0; i < 3; i++) await page.keyboard.press("Shift+ArrowLeft");
    });
    await all(page => pill(page, /^PAST/));
    await all(page => page.waitForFunction(() => [...document.querySelectorAll(".panel:not(.unseen) .badge")].every(badge => badge.textContent !== "replaying")));
    await shootAll("past");
    await close();
  });

  test("offline", async () => {
    await open(second!);
    await all(page => pill(page, /^LIVE.*behind/));
    const { port, kafka } = second!;
    await second!.stop();
    await all(page => page.locator(".banner", { hasText: "Connection lost" }).waitFor());
    await all(page => said(page, "#pill", /^OFFLINE.*retry/));
    await shootAll("offline");
    second = await Bridge.serve(kafka, { port });
    await all(page => pill(page, /^LIVE.*behind/));
  });

  test("Kafka unreachable", async () => {
    await stand.kill();
    await all(page => page.locator(".banner", { hasText: "Kafka is not reachable" }).waitFor());
    await shootAll("unreachable");
    await close();
  });
});
