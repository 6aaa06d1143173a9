// node .test/fake/main.mjs [port] [folder] [demo|empty|bad]: the page with invented data, for developing it.
// Lines on stdin: drop, kafka down, kafka up, slow 20, new.
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { bad } from "./bad.ts";
import { FakeBridge } from "./bridge.ts";
import { demo } from "./demo.ts";
import { Listed } from "./source.ts";

const [port = "8077", root = "../../build/web", scene = "demo"] = process.argv.slice(2);
const now = Date.now(), sources = scene === "bad" ? bad(now) : scene === "empty" ? [] : demo(now - 2 * 3_600_000);
const bridge = new FakeBridge(resolve(root), sources);
console.warn(await bridge.listen(Number(port)));

createInterface({ input: process.stdin }).on("line", line => {
  const [word, value] = line.trim().split(" ");
  if (word === "drop") bridge.dropAll();
  if (word === "kafka") bridge.setKafka(value === "up");
  if (word === "slow") bridge.slow = Number(value);
  if (word === "deaf") bridge.deaf = value !== "off";
  if (word === "new") hello();
});

function hello(): void {
  const source = new Listed("hello");
  bridge.channels.set("hello", source);
  setInterval(() => source.push({ t: Date.now(), k: "me", v: `{"cpu":${Math.floor(Math.random() * 100)}}` }), 200);
}
