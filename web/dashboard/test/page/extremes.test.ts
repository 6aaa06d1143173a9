// Clocks that are apart, and more keys than anyone can read: the page says what it is, and shows what it can.
import assert from "node:assert/strict";
import { test } from "node:test";
import { steady } from "../fake/source.ts";
import { assertClean, choose, eventually, panelNamed, pill, settles, tableOf } from "./browser.ts";
import { said } from "./journal.ts";
import { allLooks, shoot } from "./looks.ts";
import { setStage } from "./stage.ts";

const stage = setStage();
const kHour = 3_600_000;

for (const [what, ahead] of [["an hour ahead", kHour], ["an hour behind", -kHour]] as const) {
  test(`the bridge's clock is ${what}: the lag is true, the minute is there, time is the bridge's`, async () => {
    const { bridge } = stage;
    bridge.ahead = ahead;
    const watched = await stage.look(), { page } = watched;
    await said(page, "#pill", /^LIVE (\d+|<5) ms behind [1-9]/);
    await eventually(async () => assert.equal((await page.locator("#clock").innerText()).slice(0, 2), new Date(bridge.now()).toTimeString().slice(0, 2)));
    await choose(page, "cpu by host", "Show as table");
    await eventually(async () => {
      const rows = await tableOf(page, "cpu by host"), minutes = [0, 60_000, 120_000].map(ago => new Date(bridge.now() - ago).toTimeString().slice(0, 5));
      assert.ok(rows.length >= 28 && rows.every(row => minutes.includes(row[0].slice(0, 5)) && row.slice(1).some(text => text !== "–")), JSON.stringify([minutes, rows]));
    });
    bridge.deaf = true;
    bridge.dropAll();
    await said(page, "#pill", /^OFFLINE \d\d? s retry in \d\d? s/);
    bridge.deaf = false;
    assert.match(await said(page, "#receipt", /^Recovered/), /lost 0 /);
    await pill(page, /^LIVE.*behind/);
    assertClean(watched, true);
  });
}

test("of 500 keys eight have a line, the others share one that says so; the table says what it leaves out", async () => {
  stage.bridge.channels.clear();
  const make = (p: number, o: number) => ({ k: `pod-${(o * 3 + p) % 500}`, v: `{"load":${(((o * 3 + p) % 500) / 8 + 6 * Math.sin(o / 900 + ((o * 3 + p) % 500))).toFixed(1)}}` });
  stage.bridge.channels.set("pods", steady("pods", { every: 5, since: stage.bridge.now() - 2 * kHour, make }));
  const looks = await allLooks(look => stage.look(look));
  await Promise.all(looks.map(async seen => {
    const { page } = seen;
    await pill(page, /^LIVE.*behind/);
    const lines = await panelNamed(page, "load by pod"), table = await panelNamed(page, "last value by pod");
    await lines.locator(".legend", { hasText: "other (492 keys, mean)" }).waitFor();
    await settles(() => lines.locator(".legend [data-name]").count(), 9);
    await lines.locator(".legend [data-name]").last().filter({ hasText: /^other/ }).waitFor();
    await table.scrollIntoViewIfNeeded();
    await table.locator("text=400 more").waitFor();
    await settles(() => table.locator("tbody tr").count(), 100);
    await lines.scrollIntoViewIfNeeded();
    await shoot(seen, "crowd");
    assertClean(seen);
  }));
});
