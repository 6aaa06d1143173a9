// The page in its states, on a real Kafka, in both themes and two sizes. What a real one can't be brought to at will is
// in gone.test.ts.
import type { ChildProcess } from "node:child_process";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { assertClean, launch, pill, visit } from "./browser.ts";
import { Bridge, Kafka, noKafka, produceDemo } from "./bridges.ts";
import { said } from "./journal.ts";
import { allLooks, shoot, type Seen } from "./looks.ts";

describe("pictures", { skip: noKafka }, () => {
  let browser: Browser, kafka: Kafka, bridge: Bridge, producer: ChildProcess | undefined, looks: Seen[] = [];

  before(async () => {
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

  /** All at once: what one shows doesn't wait for the others. */
  const all = async (does: (page: Page, seen: Seen) => Promise<unknown>) => void (await Promise.all(looks.map(seen => does(seen.page, seen))));
  const shootAll = (state: string) => all((_, seen) => shoot(seen, state));

  test("empty", async () => {
    looks = await allLooks(look => visit(browser, bridge.url, look));
    await all(page => page.locator("text=No topics yet").waitFor());
    await shootAll("empty");
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
    await shootAll("live");
  });

  test("outage, and what came back", () => all(async (page, seen) => {
    if (seen.phone) {
      await page.locator("#more").click();
      await page.locator(".pop button", { hasText: "Cut connection" }).click();
    } else await page.keyboard.press("x");
    await said(page, "#pill", /^CUT BY YOU/);
    await page.waitForFunction(() => !/back in ([6-9]|10) s/.test(document.querySelector("#pill")!.textContent!));
    await shoot(seen, "outage");
    await said(page, "#receipt", /^Recovered/);
    await shoot(seen, "recovered");
  }));

  test("past", async () => {
    await all(async page => {
      for (let i = 0; i < 3; i++) await page.keyboard.press("Shift+ArrowLeft");
    });
    await all(page => pill(page, /^PAST/));
    await all(page => page.waitForFunction(() => [...document.querySelectorAll(".panel:not(.unseen) .badge")].every(badge => badge.textContent !== "replaying")));
    await shootAll("past");
    await all(page => page.keyboard.press("l"));
    await all(page => pill(page, /^LIVE/));
  });

  test("offline", async () => {
    const { port } = bridge;
    await bridge.stop();
    await all(page => page.locator(".banner", { hasText: "Connection lost" }).waitFor());
    await all(page => said(page, "#pill", /^OFFLINE.*retry/));
    await shootAll("offline");
    bridge = await Bridge.serve(kafka.bootstrap, port);
    await all(page => pill(page, /^LIVE/));
  });

  test("Kafka unreachable", async () => {
    kafka.kill();
    await all(page => page.locator(".banner", { hasText: "Kafka is not reachable" }).waitFor());
    await shootAll("kafka");
    for (const seen of looks) assertClean(seen, true);
  });
});
