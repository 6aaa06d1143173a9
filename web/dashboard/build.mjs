// Builds the page into build/web at the root of the repository (or into --out), as plain static files; with --tests, the tests.
import { build } from "esbuild";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { globSync } from "./test/glob.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const at = process.argv.indexOf("--out");
const out = at > 0 ? process.argv[at + 1] : join(here, "../../build/web");
const common = { bundle: true, legalComments: "none", target: ["es2022", "chrome111", "firefox115", "safari16.4"], logLevel: "warning", absWorkingDir: here, alias: { tailrace: "../client/src/index.ts" } };

if (process.argv.includes("--tests")) await tests();
else await page();

async function page() {
  mkdirSync(out, { recursive: true });
  for (const name of ["index.html", "icon.svg"]) cpSync(join(here, "static", name), join(out, name));
  const minify = !process.argv.includes("--plain");
  await build({ ...common, minify, format: "esm", entryPoints: { app: "src/view/app.ts", worker: "src/engine/worker.ts" }, outdir: out });
  await build({ ...common, minify, format: "iife", entryPoints: { boot: "src/boot.ts" }, outdir: out });
  await build({ ...common, minify, entryPoints: { styles: "styles/styles.css" }, outdir: out });
}

async function tests() {
  rmSync(join(here, ".test"), { recursive: true, force: true });
  const entryPoints = globSync(join(here, "test"), /\.(test|spec)\.ts$|fake\/main\.ts$/);
  await build({ ...common, target: "node20", platform: "node", format: "esm", entryPoints, outdir: ".test", outbase: "test", packages: "external", outExtension: { ".js": ".mjs" } });
}
