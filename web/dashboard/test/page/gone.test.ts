// What doesn't come back: records that Kafka deleted, channels that this reader may not see. With pictures, as of the
// other states.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Listed } from "../fake/source.ts";
import { assertClean, panelNamed, pill } from "./browser.ts";
import { said } from "./journal.ts";
import { allLooks, shoot } from "./looks.ts";
import { setStage } from "./stage.ts";

const stage = setStage();

/** A link to one time panel of a channel. */
function share(...channels: string[]): string {
  const panels = channels.map(channel => ["time", channel, "cpu", "key", "last", 6, "", 0, {}]);
  return "#panels=" + Buffer.from(JSON.stringify(panels)).toString("base64url");
}

test("expired records are a gap in red, in words and numbers", async () => {
  stage.bridge.channels.clear();
  const source = new Listed("short");
  stage.bridge.channels.set("short", source);
  const { page } = await stage.look();
  await pill(page, /^LIVE.*quiet/);
  for (let i = 0; i < 50; i++) source.push({ t: Date.now() - 5000 + i * 100, k: "a", v: `{"v":${i}}` });
  await panelNamed(page, "v by key");
  await page.locator(".rec").nth(9).waitFor(); // they come in one batch: all are here
  stage.bridge.deaf = true;
  stage.bridge.dropAll();
  for (let i = 0; i < 100; i++) source.push({ t: Date.now(), k: "a", v: `{"v":${i}}` });
  source.gone[0] = 148;
  stage.bridge.deaf = false;
  await said(page, ".badge", /^gap of 98$/);
  await said(page, ".cutline", /^Gap of 98: expired/);
});

test("a gap, in all looks", async () => {
  const looks = await allLooks(look => stage.look(look)), { bridge } = stage;
  await Promise.all(looks.map(({ page }) => pill(page, /^LIVE.*behind/)));
  bridge.deaf = true;
  bridge.dropAll();
  await Promise.all(looks.map(({ page }) => said(page, "#pill", /^OFFLINE ([7-9]|\d\d) s/)));
  bridge.expire("metrics", Date.now() - 2000);
  bridge.deaf = false;
  await Promise.all(looks.map(async seen => {
    await seen.page.evaluate(() => document.querySelector<HTMLButtonElement>(".banner button")?.click()); // unless it was quicker by itself
    await said(seen.page, ".badge", /^gap of \d+$/);
    await said(seen.page, "#receipt", /^Recovered/);
    await pill(seen.page, /^LIVE/);
    await shoot(seen, "gap");
    assertClean(seen, true);
  }));
});

test("a link to a channel that is not there or not allowed never tells which", async () => {
  stage.bridge.forbidden.add("orders");
  const notes: string[] = [];
  for (const channel of ["orders", "nowhere"]) {
    const { page } = await stage.look({}, share(channel));
    await page.locator(".note", { hasText: "Not available to you" }).waitFor();
    notes.push((await page.locator(".note").innerText()).replace(channel, "X"));
  }
  assert.equal(notes[0], notes[1]);
});

test("no permission, in all looks", async () => {
  stage.bridge.forbidden.add("payouts");
  const looks = await allLooks(look => stage.look(look, share("payouts", "metrics")));
  await Promise.all(looks.map(async seen => {
    await seen.page.locator(".note", { hasText: "Not available to you" }).waitFor();
    await pill(seen.page, /^LIVE.*behind/);
    await shoot(seen, "locked");
    assertClean(seen);
  }));
});
