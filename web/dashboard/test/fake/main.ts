// node .test/fake/main.mjs [port] [folder]: the page with invented data, for developing it.
import { resolve } from "node:path";
import { FakeBridge } from "./bridge.ts";
import { demo } from "./demo.ts";

const [port = "8077", root = "../../build/web"] = process.argv.slice(2);
const bridge = new FakeBridge(resolve(root), demo(Date.now() - 2 * 3_600_000));
console.warn(await bridge.listen(Number(port)));
process.on("SIGUSR1", () => bridge.dropAll());
