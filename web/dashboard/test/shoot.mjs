// node test/shoot.mjs URL OUT [WxH] [theme] [wait ms] [js]: one picture, for looking at while working.
import { chromium } from "playwright-core";

const [url, out, size = "1440x900", theme = "dark", wait = "3000", js = ""] = process.argv.slice(2);
const [width, height] = size.split("x").map(Number);
const args = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", ...args] });
const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme });
page.on("console", message => console.warn(message.type(), message.text()));
page.on("pageerror", error => console.warn("ERROR", error.stack));
await page.goto(url);
await page.waitForTimeout(Number(wait));
if (js) {
  for (const step of js.split(";;")) {
    if (/^\d+$/.test(step)) await page.waitForTimeout(Number(step));
    else if (step.startsWith("click ")) await page.click(step.slice(6));
    else if (step.startsWith("key ")) await page.keyboard.press(step.slice(4));
    else if (step.startsWith("shot ")) await page.screenshot({ path: step.slice(5) });
    else console.warn(await page.evaluate(step));
  }
}
await page.screenshot({ path: out });
await browser.close();
