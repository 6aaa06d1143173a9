// The page in Chromium, for test_compose.py: does what the lines on stdin say, answers each with one line of JSON.
//   open URL | search TEXT | record TEXT | record /PATTERN/ | card | offline | recovered | live | picture FILE
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const patience = { timeout: 300_000 }; // no test waits for it unless something is broken

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: "dark" });
page.setDefaultTimeout(patience.timeout);

const pill = text => page.waitForFunction(start => document.querySelector("#pill")?.textContent?.startsWith(start), text, patience);

const does = {
  async open(url) {
    await page.goto(url);
    await pill("LIVE");
    return { pill: await page.locator("#pill").innerText() };
  },
  // What is found stays; among all the others a record may be gone before a busy machine has drawn it.
  async search(text) {
    await page.locator("#search").fill(text);
    return {};
  },
  async record(text) {
    const row = page.locator(".rec", { hasText: /^\/.*\/$/.test(text) ? new RegExp(text.slice(1, -1)) : text }).first();
    await row.waitFor();
    return { record: await row.innerText() };
  },
  async card() {
    const lines = {};
    for (const tab of await page.locator("#connect [role=tab]").all()) {
      await tab.click();
      lines[await tab.textContent()] = await page.locator("#connect pre").innerText();
    }
    return { lines };
  },
  async offline() {
    await pill("OFFLINE");
    await page.locator(".badge[data-kind=outage]").first().waitFor();
    return { badge: "outage" };
  },
  async recovered() {
    await page.locator("#receipt", { hasText: "Recovered" }).waitFor();
    const text = await page.locator("#receipt").innerText();
    return { text, updates: Number(/([\d,]+) updates?/.exec(text)[1].replace(/,/g, "")), lost: /lost\s+([\d,]+)/.exec(text)[1] };
  },
  async live() {
    await pill("LIVE");
    return {};
  },
  async picture(file) {
    await page.screenshot({ path: file });
    return { file };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [, verb, rest] = /^(\w+) ?(.*)$/.exec(line);
  const answer = await does[verb](rest).catch(error => ({ error: String(error.message ?? error) }));
  console.log(JSON.stringify(answer));
}
await browser.close();
