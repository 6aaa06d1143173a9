// A connection to a fake bridge for each test of a file, without a page.
import assert from "node:assert/strict";
import { afterEach, beforeEach } from "node:test";
import { setTimeout as pass } from "node:timers/promises";
import { WebSocket as Socket } from "ws";
import { Link, type LinkEvents } from "../../src/engine/link.ts";
import { FakeBridge } from "../fake/bridge.ts";
import { demo } from "../fake/demo.ts";

globalThis.WebSocket = Socket as unknown as typeof WebSocket; // Node 20 has none

export interface Line {
  bridge: FakeBridge;
  link: Link;
  /** Called when Kafka goes or comes back. */
  kafka: LinkEvents["kafka"];
}

/** Call it once, at the head of a file. */
export function setLine(): Line {
  const line = {} as Line, ignore = () => {};
  beforeEach(async () => {
    line.bridge = new FakeBridge("/nowhere", demo(Date.now() - 7_200_000));
    const url = await line.bridge.listen();
    line.kafka = ignore;
    line.link = new Link(url, url, undefined, { channels: ignore, info: ignore, told: ignore, changed: ignore, kafka: (...what) => line.kafka(...what) });
  });
  afterEach(async () => {
    line.link.client.close();
    await line.bridge.close();
  });
  return line;
}

/** No test waits for long unless something is broken. */
export async function until(holds: () => unknown): Promise<void> {
  for (const end = Date.now() + 120_000; !holds(); await pass(10)) assert.ok(Date.now() < end, `never: ${holds}`);
}
