// node page.mjs URL frames|heap SECONDS: opens the page in Chromium, lets it run, and prints what was seen as JSON.
// No driver is attached while it counts: a few lines in the page do, and are asked over the debugging port at the end.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pass } from "node:timers/promises";

const { WebSocket } = createRequire(new URL("../../web/package.json", import.meta.url))("ws");
const [url, what, seconds] = process.argv.slice(2);
const kFlags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --remote-debugging-port=0 --window-size=1440,900";
/** Of the debugging port, between two looks at the heap. */
const kSample = 5000;
/** Points at which the arrivals between two views are taken to lie: evenly, as they do at thousands a second. */
const kPoints = 8;

/** Runs in the page before its own scripts: counts frames, and when what a view of the Worker tells of was painted. */
function probe() {
  const seen = (window.seen = { frames: 0, views: [] });
  const frame = () => void (seen.frames++, requestAnimationFrame(frame));
  requestAnimationFrame(frame);
  window.Worker = class extends Worker {
    constructor(...how) {
      super(...how);
      this.addEventListener("message", ({ data }) => data.is === "view" && painted(data.view, Date.now()));
    }
  };
  const painted = ({ now, status: { newest, rate, behind } }, heard) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel(); // its message comes after the frame that this callback belongs to
    port1.onmessage = () => seen.views.push([newest, Date.now(), heard - now, rate, behind]);
    port2.postMessage(0);
  });
}

class Port {
  #ids = 0;
  #waiting = new Map();
  workers = [];

  constructor(socket) {
    this.socket = socket;
    socket.on("message", data => this.#hear(JSON.parse(data)));
  }

  ask(method, params = {}, sessionId = this.session) {
    const id = ++this.#ids;
    this.socket.send(JSON.stringify({ id, method, params, sessionId }));
    return new Promise((done, fail) => this.#waiting.set(id, { done, fail }));
  }

  async evaluate(expression) {
    const { result, exceptionDetails } = await this.ask("Runtime.evaluate", { expression, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  #hear({ id, method, params, result, error }) {
    if (method === "Target.attachedToTarget" && params.targetInfo.type === "worker") this.workers.push(params.sessionId);
    const { done, fail } = this.#waiting.get(id) ?? {};
    this.#waiting.delete(id);
    if (error) fail?.(new Error(error.message));
    else done?.(result);
  }
}

async function open(browser) {
  const address = await new Promise((found, fail) => {
    createInterface({ input: browser.stderr }).on("line", line => line.startsWith("DevTools listening on ") && found(line.slice(22)));
    browser.on("exit", code => fail(new Error(`Chromium ended with ${code}`)));
  });
  const socket = new WebSocket(address, { maxPayload: 1 << 30 });
  await new Promise((done, fail) => socket.on("open", done).on("error", fail));
  const port = new Port(socket);
  const { targetId } = await port.ask("Target.createTarget", { url: "about:blank", newWindow: true, width: 1440, height: 900 });
  port.session = (await port.ask("Target.attachToTarget", { targetId, flatten: true })).sessionId;
  if (what === "heap") await port.ask("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: true });
  else {
    await port.ask("Page.enable"); // without it the script is taken and never run
    await port.ask("Page.addScriptToEvaluateOnNewDocument", { source: `(${probe})()` });
  }
  await port.ask("Page.navigate", { url });
  return port;
}

async function live(port) {
  while (!(await port.evaluate(`/^LIVE.*\\/s/.test(document.querySelector("#pill")?.textContent) && document.querySelectorAll(".panel").length > 0`))) await pass(200);
}

async function frames(port) {
  await pass(5000); // panels are made and remade in the first seconds
  await port.evaluate("seen.frames = seen.views.length = 0");
  const start = performance.now();
  await pass(seconds * 1000);
  const seen = await port.evaluate("seen"), took = (performance.now() - start) / 1000;
  if (!(await port.evaluate(`document.querySelector("#pill").textContent.startsWith("LIVE")`))) throw new Error("the page is not live");
  const { views } = seen, skew = Math.min(...views.map(view => view[2]));
  const toPixel = views.slice(1).flatMap(([newest, painted], i) => {
    const before = views[i][0];
    if (newest <= before) return [];
    return Array.from({ length: kPoints }, (_, n) => painted - skew - (before + ((n + 1) / kPoints) * (newest - before)));
  });
  return { frames: seen.frames, seconds: took, to_pixel: toPixel, rates: views.map(view => view[3]), behind: views.map(view => view[4]).filter(ms => ms !== null) };
}

async function heap(port) {
  const samples = { page: [], worker: [] };
  for (let left = seconds * 1000; left > 0; left -= kSample) {
    await pass(Math.min(left, kSample));
    for (const [part, session] of [["page", port.session], ["worker", port.workers[0]]]) {
      await port.ask("HeapProfiler.collectGarbage", {}, session);
      const { usedSize, backingStorageSize = 0 } = await port.ask("Runtime.getHeapUsage", {}, session);
      samples[part].push(usedSize + backingStorageSize);
    }
  }
  return samples;
}

const folder = mkdtempSync(join(tmpdir(), "tailrace-page-"));
const browser = spawn(process.env.CHROMIUM ?? "/usr/bin/chromium", [...kFlags.split(" "), `--user-data-dir=${folder}`], { stdio: ["ignore", "ignore", "pipe"] });
try {
  const port = await open(browser);
  await live(port);
  console.log(JSON.stringify(what === "heap" ? await heap(port) : await frames(port)));
} finally {
  browser.removeAllListeners("exit");
  const gone = new Promise(done => browser.once("exit", done));
  browser.kill();
  await gone;
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 }); // its helpers end a little later
}
process.exit();
