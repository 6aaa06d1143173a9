// URL LINE…: runs the lines, then those of the page's card as the bridge there makes them, each until it has added a record.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { connect } from "../../web/client/dist/tailrace.js";

const [url, ...printed] = process.argv.slice(2);
const esbuild = createRequire(new URL("../../web/package.json", import.meta.url))("esbuild");
const card = new URL("../../web/dashboard/src/view/connect.ts", import.meta.url).pathname;
const { outputFiles: [made] } = await esbuild.build({ entryPoints: [card], bundle: true, format: "esm", write: false });
const { commands } = await import(`data:text/javascript,${encodeURIComponent(made.text)}`);

const info = await (await fetch(`${url}/api/channels`)).json();
const shown = [true, false].flatMap(wide => commands(info, wide).map(([, text]) => text));
const bridge = connect(`${url.replace("http", "ws")}/ws`);

async function records(name) {
  const channel = (await bridge.channels()).find(each => each.name === name);
  return (channel?.partitions ?? []).reduce((sum, { latest }) => sum + (latest ?? 0), 0);
}

async function run(line) {
  const topic = /(?:-t|--topic) (\S+)/.exec(line)[1], before = await records(topic);
  const shell = spawn("bash", ["-c", line], { detached: true, stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(shell, "close");
  while (await records(topic) <= before) {
    if (shell.exitCode) throw new Error(`ended with ${shell.exitCode}: ${line}`);
    await new Promise(done => setTimeout(done, 200));
  }
  if (shell.exitCode === null) process.kill(-shell.pid);
  await ended;
  console.log(`a record more in ${topic}, by: ${line}`);
}

if (printed.length !== 2 || shown.length !== 4) throw new Error(`${printed.length} lines printed, ${shown.length} on the card`);
for (const line of [...printed, ...shown]) await run(line);
bridge.close();
