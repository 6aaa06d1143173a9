// The Worker's door: messages in, views out, one view in flight. A hidden page gets none; data is taken in all the same.
import type { FromWorker, ToWorker } from "../messages.ts";
import { Engine } from "./engine.ts";

const kTick = 100;

let engine: Engine | undefined;
let drawn = true;
let dirty = false;
let queued = false;
let visible = true;

function send(message: FromWorker, transfer: Transferable[] = []): void {
  (self as unknown as { postMessage(message: unknown, transfer: Transferable[]): void }).postMessage(message, transfer);
}

function changed(): void {
  dirty = true;
  if (!drawn || !visible || queued) return;
  queued = true;
  setTimeout(paint, 0);
}

function paint(): void {
  queued = false;
  if (!engine || !drawn || !visible) return;
  dirty = false;
  drawn = false;
  send({ is: "view", view: engine.view() });
}

function tick(): void {
  engine?.tick();
  changed();
}

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.do === "open") {
    engine = new Engine(data, send, changed);
    setInterval(tick, kTick);
  } else if (data.do === "drawn") {
    drawn = true;
    if (dirty) changed();
  } else if (data.do === "visible") {
    visible = data.page;
    if (visible) drawn = true;
    changed();
  } else engine?.do(data);
};
