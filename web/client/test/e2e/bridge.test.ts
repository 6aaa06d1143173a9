// The library as it is shipped, in Node and in Chromium, against real bridges and a real Kafka: a minute of cuts at
// random in a proxy, bridges killed, pages reloaded. Then the checker, and what each application had consumed.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { after, before, test } from "node:test";
import { setTimeout as pass } from "node:timers/promises";
import { chromium, type Browser } from "playwright-core";
import { dice } from "../support/host.js";
import { root } from "../support/root.js";
import { Proxy } from "./proxy.js";
import { newPage, nodeClients, pages, start, until, type Life, type Runner } from "./runners.js";
import { check, missing, World, type Truth } from "./world.js";

const SECONDS = Number(process.env.E2E_SECONDS ?? 60);
const EXECUTABLE = "/usr/bin/chromium";
const FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

const options = { skip: missing, timeout: 20 * 60_000 };
const folder = mkdtempSync(`${tmpdir()}/tailrace-client-`);
const lives: Life[] = [];
const runners: Runner[] = [];
let world: World;
let proxy: Proxy;
let truth: Truth;
let browser: Browser;
const site = createServer((request, response) => {
  const files: { [path: string]: string } = {
    "/tailrace.js": `${root}/web/client/dist/tailrace.global.js`,
    "/recorder.js": `${root}/web/client/.test/e2e/recorder.page.js`,
  };
  const file = files[request.url!];
  response.setHeader("content-type", file || request.url === "/worker.js" ? "text/javascript" : "text/html");
  if (request.method === "POST") request.on("data", (data) => told(JSON.parse(data))).on("end", () => response.end());
  else if (file) response.end(readFileSync(file));
  else if (request.url === "/worker.js") response.end('importScripts("/tailrace.js", "/recorder.js")');
  else response.end('<!doctype html><script src="/tailrace.js"></script><script src="/recorder.js"></script>');
});

let told: (what: any) => void = () => {};

before(async () => {
  if (missing) return;
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  world = await World.start(folder, origin());
  proxy = new Proxy(() => world.ports, dice(Date.now()), 4000);
  await storm(await proxy.listen());
}, options);

after(async () => {
  for (const { stop } of runners) stop();
  await browser?.close();
  proxy?.close();
  site.close();
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
}, options);

const origin = () => `http://127.0.0.1:${(site.address() as AddressInfo).port}`;

/** All clients at once, a minute long; at the end everybody has caught up, and the truth is known. */
async function storm(port: number): Promise<void> {
  const url = `ws://127.0.0.1:${port}/ws`;
  world.produce();
  const ignoreDefaultArgs = ["--disable-back-forward-cache"];
  browser = await chromium.launch({ executablePath: EXECUTABLE, args: FLAGS.split(" "), ignoreDefaultArgs, timeout: 0 });
  runners.push(...nodeClients(url, world.topic));
  runners.push(...(await pages(browser, origin(), url, world.topic)));
  await pass((SECONDS * 1000) / 3);
  await world.kill(0);
  await pass((SECONDS * 1000) / 3);
  await world.kill(1);
  await pass((SECONDS * 1000) / 3);
  proxy.calm();
  truth = await world.finish();
  for (const runner of runners) lives.push(await runner.finish(truth.ends));
}

/** What Kafka's own consumer saw: `p:o` to key and value. */
function witnessed(): Map<string, [key: string, value: string]> {
  const decode = (text: string) => Buffer.from(text, "base64").toString();
  const lines = readFileSync(truth.seen, "utf8").trim().split("\n").map((line) => JSON.parse(line));
  return new Map(lines.map(({ p, o, key, value }) => [`${p}:${o}`, [decode(key), decode(value)]]));
}

const life = (name: string) => lives.find((life) => life.name === name)!;
const names = ["node, earliest", "node, live", "node, a slow loop", "node, reloaded"];
const inChromium = ["Chromium, a page", "Chromium, a Worker", "Chromium, a reloaded page"];

for (const name of [...names, ...inChromium]) {
  test(`${name}: every record once, in order, verbatim`, options, () => {
    const { records, from } = life(name);
    const seen = witnessed();
    const next: { [p: number]: number } = {};
    let count = 0;
    for (const { taken } of records) {
      for (const [p, o, key, value] of taken) {
        assert.ok(o >= (next[p] ?? 0), `${p}:${o} came again, or late`);
        assert.deepEqual([key, value], seen.get(`${p}:${o}`), `${p}:${o}`);
        if (p in next || from === "earliest") {
          for (let missed = next[p] ?? 0; missed < o; missed++) assert.ok(!seen.has(`${p}:${missed}`), `${p}:${missed} is missing`);
        }
        next[p] = o + 1;
        count++;
      }
    }
    assert.deepEqual(next, Object.fromEntries(Object.entries(truth.ends)));
    assert.ok(from === "live" || count === seen.size);
    for (const { gaps, resets, errors, stats } of records) {
      assert.deepEqual([gaps, resets, errors, stats.lost, stats.holes, stats.duplicates], [[], 0, [], 0, 0, 0]);
    }
  });
}

test("the checker finds no fault in what went over the wire", options, () => {
  // What was on its way to the slow loop when it left is dropped and comes again: over the wire, not to the loop.
  const files = lives.filter(({ name }) => name !== "node, a slow loop").flatMap(({ name, records }) =>
    records.map(({ wire }, n) => {
      const file = `${folder}/${name.replaceAll(/\W/g, "")}-${n}.jsonl`;
      writeFileSync(file, wire.map((event) => `${JSON.stringify(event)}\n`).join(""));
      return file;
    }),
  );
  assert.deepEqual(check(truth, files), []);
});

test("there were cuts of every kind, and each was recovered from", options, (t) => {
  const sockets = lives.flatMap(({ records }) => records.map(({ wire }) => wire.filter(({ event }) => event === "open").length));
  const recovered = lives.flatMap(({ records }) => records.flatMap(({ recovered }) => recovered));
  t.diagnostic(`${JSON.stringify(proxy.counts)}, ${sockets.reduce((a, b) => a + b)} sockets, ${recovered.length} recoveries, ${witnessed().size} records`);
  assert.ok(Object.values(proxy.counts).every((count) => count > 0) || SECONDS < 60, JSON.stringify(proxy.counts));
  assert.ok(recovered.length > lives.length && recovered.every(({ lost }) => lost === 0));
  assert.ok(life("node, a slow loop").records[0]!.wire.some(({ text }) => text?.includes('"unsubscribe"')), "it never had to leave");
});

test("a page with a client is kept in the back/forward cache, and goes on when it is shown again", options, async () => {
  const page = await newPage(browser);
  await page.goto(origin());
  await start(page, `ws://127.0.0.1:${world.ports[0]}/ws`, world.topic, { from: "earliest" });
  await until(() => page.evaluate((ends) => (globalThis as any).recorder.hasReached(ends), truth.ends), () => "the page");
  const shown = new Promise<any>((resolve) => (told = resolve));
  await page.evaluate(() => {
    const { recorder } = globalThis as any;
    const states: string[] = [];
    let persisted: boolean;
    recorder.sub.on("state", ({ new: state, reason }: any) => states.push(`${state} ${reason}`));
    recorder.sub.on("recovered", ({ updates }: any) => {
      void fetch("/told", { method: "POST", body: JSON.stringify({ persisted, states, updates }) });
    });
    addEventListener("pageshow", (event) => (persisted = event.persisted));
  });
  await page.goto(`${origin()}/elsewhere`);
  page.evaluate(() => history.back()).catch(() => {}); // of a page from the cache Playwright hears no more
  assert.deepEqual(await shown, {
    persisted: true,
    states: ["connecting pagehide", "replaying subscribed", "live head"],
    updates: 0,
  });
});
