// The README's examples, run as they stand, against a model of the bridge on real sockets.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { WebSocketServer } from "ws";
import { Bridge, Session } from "./support/bridge.js";
import { openWindow } from "./support/dom.js";
import { dice } from "./support/host.js";
import { root } from "./support/root.js";

const client = `${root}/web/client`;
const readme = readFileSync(`${client}/README.md`, "utf8");
const examples = readme.split(/^## /m).flatMap((section, n) => {
  const title = n ? section.split("\n")[0]! : "the first lines";
  return [...section.matchAll(/^```(jsx?)\n([^]*?)^```$/gm)].map(([, language, code]) => ({ title, code: code!, jsx: language === "jsx" }));
});

/** The bridge's clock stands: on the slowest machine the last minute has all of the records. */
const began = Date.now();
const bridge = new Bridge(() => began, dice(1));
const folder = mkdtempSync(`${client}/.test/readme-`);
const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
const said: unknown[][] = [];
let heard = () => {};
let url = "";

before(async () => {
  const topic = bridge.topic("metrics", 2);
  for (let n = 0; n < 50; n++) topic.produce(n % 2, began - 1000, { cpu: n });
  server.on("connection", (socket) => {
    const session = new Session(bridge, { send: (text) => socket.send(text), close: (code) => socket.close(code) });
    socket.on("message", (data) => {
      session.receive(JSON.parse(`${data}`));
      while (session.serve());
    });
  });
  await once(server, "listening");
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
  const kept = new Map<string, string>();
  const sessionStorage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) };
  const fetch = async () => ({ text: async () => "header.claims.signature" });
  const say = (...words: unknown[]) => {
    said.push(words);
    heard();
  };
  Object.assign(globalThis, { sessionStorage, fetch, example: { url, clients: [], console: { log: say } } });
});

after(() => {
  for (const socket of server.clients) socket.terminate();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An example as a module whose library connects to the model and whose console is ours. */
async function load(code: string, jsx: boolean): Promise<any> {
  const file = `${folder}/example-${Math.random()}.${jsx ? "jsx" : "mjs"}`;
  const library = `${folder}/library.mjs`;
  writeFileSync(
    library,
    `import { connect as real } from "${client}/dist/tailrace.js";
     import { WebSocket } from "ws";
     export function connect(url, options) {
       const t = real(globalThis.example.url, { WebSocket, ...options });
       globalThis.example.clients.push(t);
       return t;
     }`,
  );
  writeFileSync(file, `const { console } = globalThis.example;\n${code.replace(/"tailrace"/, JSON.stringify(library))}`);
  if (!jsx) return import(pathToFileURL(file).href);
  const outfile = `${folder}/bundle-${Math.random()}.mjs`;
  await build({ entryPoints: [file], outfile, bundle: true, format: "esm", jsx: "automatic", packages: "external", platform: "node" });
  return import(pathToFileURL(outfile).href);
}

function closeAll(): void {
  const { clients } = (globalThis as any).example;
  for (const t of clients.splice(0)) t.close();
}

/** Until the example has said something that matches. */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise<void>((resolve) => (heard = resolve));
}

test("there are examples, and each imports the library", () => {
  assert.ok(examples.length >= 8);
  for (const { code } of examples) assert.match(code, /from "tailrace"/);
});

for (const { title, code, jsx } of examples.filter((example) => !example.jsx)) {
  test(`README, ${title}`, async () => {
    said.length = 0;
    const running = load(code, jsx);
    await until(() => said.length >= 2);
    if (title !== "History") closeAll();
    await running;
    assert.ok(said.flat().every((word) => word !== undefined), JSON.stringify(said));
    closeAll();
  });
}

test("README, Position: the second page goes on where the first one was", async () => {
  const { code } = examples.find(({ title }) => title === "Position")!;
  const topic = bridge.topics.get("metrics")!;
  const count = () => said.reduce((sum, [updates]) => sum + (updates as number), 0);
  (globalThis as any).sessionStorage.setItem("metrics", "");
  said.length = 0;
  await load(code, false);
  await until(() => count() === 50).finally(closeAll);
  topic.produce(0, began, { cpu: 1 });
  said.length = 0;
  await load(code, false);
  await until(() => said.length > 0).finally(closeAll);
  assert.deepEqual(said, [[1]], "only what is new");
});

test("README, React", async () => {
  const { code } = examples.find(({ jsx }) => jsx)!;
  const window = openWindow();
  const { createElement, act } = await import("react");
  const { createRoot } = await import("react-dom/client");
  const { Metrics } = await load(code, true);
  const container = window.document.createElement("div");
  const reactRoot = createRoot(container as any);
  await act(async () => reactRoot.render(createElement(Metrics)));
  while (container.querySelectorAll("li").length < 50) await act(() => new Promise((resolve) => setTimeout(resolve, 5)));
  assert.match(container.querySelector("ul")!.title, /^(live|replaying), \d+ ms$/);
  assert.match(container.querySelector("li")!.textContent, /^k[01]: \d+$/);
  await act(async () => reactRoot.unmount());
  closeAll();
});
