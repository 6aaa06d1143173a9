// The applications of the storm: in Node, in a page, in a Worker, some of them slow or reloaded again and again.
import { setTimeout as pass } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { WebSocket } from "ws";
import { connect } from "../../src/index.js";
import { Recorder, type Record } from "./recorder.js";
import type { Truth } from "./world.js";

/** What an application consumed, over all of its lives. */
export interface Life {
  name: string;
  records: Record[];
  from: "earliest" | "live";
}

type Ends = Truth["ends"];

export interface Runner {
  /** When it has come to these offsets. */
  finish(ends: Ends): Promise<Life>;
  /** In any case: what goes on by itself would keep the process. */
  stop(): void;
}

export function nodeClients(url: string, topic: string): Runner[] {
  const recorder = (options: object, pace?: number) => new Recorder(connect, WebSocket, url, topic, options, pace);
  const slow = recorder({ from: "earliest", highWater: 20_000 }, 20);
  void slow.loop();
  return [
    runner("node, earliest", "earliest", recorder({ from: "earliest" }).listen()),
    runner("node, live", "live", recorder({}).listen()),
    runner("node, a slow loop", "earliest", slow),
    reloaded(recorder),
  ];
}

function runner(name: string, from: "earliest" | "live", recorder: Recorder): Runner {
  return {
    async finish(ends) {
      await until(() => recorder.hasReached(ends), () => `${name}: ${JSON.stringify(recorder.sub.offsets)} ${recorder.sub.state}`);
      const record = recorder.record();
      recorder.client.close();
      return { name, from, records: [record] };
    },
    stop: () => recorder.client.close(),
  };
}

/** A client that ends every few seconds and begins anew from the position that was kept. */
function reloaded(recorder: (options: object) => Recorder): Runner {
  const records: Record[] = [];
  let current = recorder({ from: "earliest" }).listen();
  const stop = () => {
    clearInterval(timer);
    current.client.close();
  };
  const timer = setInterval(() => {
    records.push(current.record());
    current.client.close();
    current = recorder({ from: "earliest", position: current.sub.position }).listen();
  }, 3000);
  return {
    stop,
    async finish(ends) {
      clearInterval(timer);
      const last = await runner("node, reloaded", "earliest", current).finish(ends);
      return { ...last, records: [...records, ...last.records] };
    },
  };
}

/** A page that may take its time, as everything here. */
export async function newPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  return page;
}

/** A page, a Worker of it, and a page that is reloaded. */
export async function pages(browser: Browser, origin: string, url: string, topic: string): Promise<Runner[]> {
  const open = async () => {
    const page = await newPage(browser);
    await page.goto(origin);
    return page;
  };
  const [one, two] = [await open(), await open()];
  await start(one, url, topic, { from: "earliest" });
  await one.evaluate(([url, channel]) => {
    const worker = new Worker("/worker.js");
    (globalThis as any).worker = worker;
    (globalThis as any).ask = (what: object) => {
      return new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage(what);
      });
    };
    worker.postMessage({ run: [url, channel, { from: "earliest" }] });
  }, [url, topic] as const);
  await start(two, url, topic, { from: "earliest" });
  return [pageRunner(one), workerRunner(one), reloadedPage(two, url, topic)];
}

export const start = (page: Page, url: string, topic: string, options: object) =>
  page.evaluate(([url, channel, options]) => (globalThis as any).run(url, channel, options), [url, topic, options] as const);

const recordOf = (page: Page): Promise<Record> => page.evaluate(() => (globalThis as any).recorder.record());

function pageRunner(page: Page, name = "Chromium, a page", records: Record[] = []): Runner {
  return {
    async finish(ends) {
      const reached = () => page.evaluate((ends) => (globalThis as any).recorder.hasReached(ends), ends);
      await until(reached, () => name);
      return { name, from: "earliest", records: [...records, await recordOf(page)] };
    },
    stop() {},
  };
}

function workerRunner(page: Page): Runner {
  const ask = (what: object) => page.evaluate((what) => (globalThis as any).ask(what), what);
  const name = "Chromium, a Worker";
  return {
    async finish(ends) {
      await until(() => ask({ ends }), () => name);
      return { name, from: "earliest", records: [(await ask({ record: true })) as Record] };
    },
    stop() {},
  };
}

function reloadedPage(page: Page, url: string, topic: string): Runner {
  const records: Record[] = [];
  let isOver = false;
  const reload = async () => {
    const record = await recordOf(page);
    records.push(record);
    await page.reload();
    await start(page, url, topic, { from: "earliest", position: record.position });
  };
  const reloads = (async () => {
    while (!isOver) {
      await reload();
      await pass(4000);
    }
  })();
  reloads.catch(() => {}); // told by finish
  return {
    async finish(ends) {
      isOver = true;
      await reloads;
      return pageRunner(page, "Chromium, a reloaded page", records).finish(ends);
    },
    stop: () => void (isOver = true),
  };
}

/** However long it takes; what takes very long is named. */
export async function until(done: () => unknown, what: () => string): Promise<void> {
  for (let n = 1; !(await done()); n++) {
    if (n % 600 === 0) console.warn(`still waiting for ${what()}`);
    await pass(100);
  }
}
