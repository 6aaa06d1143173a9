// Puts the three pages into build/web/examples at the root of the repository (or into --out).
import { build } from "esbuild";
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url)), at = process.argv.indexOf("--out");
const out = at > 0 ? process.argv[at + 1] : join(here, "../../build/web/examples");
const common = { bundle: true, minify: true, target: "es2022", legalComments: "none", logLevel: "warning", absWorkingDir: here };

mkdirSync(out, { recursive: true });
for (const name of ["index.html", "plain.html", "plain.js", "ticker.html", "react.html", "examples.css"]) copyFileSync(join(here, "src", name), join(out, name));
await build({ ...common, entryPoints: ["../client/src/global.ts"], format: "iife", outfile: join(out, "tailrace.global.js") });
const alias = { tailrace: "../client/src/index.ts", "tailrace/react": "../client/src/react.ts" };
await build({ ...common, alias, entryPoints: ["src/ticker.js", "src/react.jsx"], format: "esm", outdir: out, jsx: "automatic", define: { "process.env.NODE_ENV": '"production"' } });
