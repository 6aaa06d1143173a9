// Builds the library into dist/ (ESM, script tag, React subpath, types); with --tests also the tests into .test/.
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

process.chdir(import.meta.dirname);

const common = { bundle: true, target: "es2021", legalComments: "none", logLevel: "warning" };
// Members that end in an underscore are nobody else's business: their names are shortened.
const small = { ...common, minify: true, mangleProps: /_$/, sourcemap: true };

async function library() {
  rmSync("dist", { recursive: true, force: true });
  await build({ ...small, entryPoints: ["src/index.ts"], format: "esm", outfile: "dist/tailrace.js" });
  await build({
    ...small,
    entryPoints: ["src/index.ts"],
    format: "iife",
    globalName: "tailrace",
    outfile: "dist/tailrace.global.js",
  });
  await build({
    ...small,
    entryPoints: ["src/react.ts"],
    format: "esm",
    outfile: "dist/react.js",
    external: ["react"],
  });
  const tsc = ["../node_modules/typescript/bin/tsc", "-p", "tsconfig.json"];
  const types = ["--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--stripInternal"];
  execFileSync("node", [...tsc, ...types, "--outDir", "dist/types"], { stdio: "inherit" });
}

async function tests() {
  rmSync(".test", { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: readdirSync("test", { recursive: true }).filter((f) => /\.test\.tsx?$/.test(f)).map((f) => `test/${f}`),
    outdir: ".test",
    outbase: "test",
    platform: "node",
    target: "node20",
    format: "esm",
    packages: "external",
    sourcemap: "inline",
  });
}

await library();
if (process.argv.includes("--tests")) await tests();
