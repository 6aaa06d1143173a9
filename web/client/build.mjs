// Builds the library into dist/ (ESM, script tag, React subpath, types); with --tests also the tests into .test/.
// esbuild bundles and shortens the names of members that end in an underscore, terser does the rest.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { minify } from "terser";

process.chdir(import.meta.dirname);

const common = { bundle: true, target: "es2022", legalComments: "none", logLevel: "warning" };
const shorten = { minifySyntax: true, mangleProps: /_$/ };
const compress = {
  passes: 1,
  ecma: 2022,
  unsafe_arrows: true,
  keep_fargs: false,
  lhs_constants: false,
  comparisons: false,
};

async function bundle(entry, out, options) {
  const output = { outfile: "bundle.js", write: false, sourcemap: "external", sourcesContent: true };
  const { outputFiles } = await build({ ...common, ...output, ...shorten, ...options, entryPoints: [entry] });
  const [map, code] = ["bundle.js.map", "bundle.js"].map((name) => outputFiles.find((f) => f.path.endsWith(name)).text);
  const sourceMap = { content: map, filename: out };
  const small = await minify(code, { module: options.format === "esm", compress, mangle: true, sourceMap });
  writeFileSync(`dist/${out}`, small.code);
  writeFileSync(`dist/${out}.map`, small.map);
}

async function library() {
  mkdirSync("dist", { recursive: true }); // written over, not removed: others may be reading it
  await bundle("src/index.ts", "tailrace.js", { format: "esm" });
  await bundle("src/global.ts", "tailrace.global.js", { format: "iife" });
  await bundle("src/react.ts", "react.js", { format: "esm", external: ["react"] });
  const tsc = ["../node_modules/typescript/bin/tsc", "-p", "tsconfig.json"];
  const types = ["--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--outDir", "dist/types"];
  execFileSync("node", [...tsc, ...types], { stdio: "inherit" });
}

async function tests() {
  const files = readdirSync("test", { recursive: true }).map((file) => `test/${file}`);
  const named = (pattern) => ({ entryPoints: files.filter((file) => pattern.test(file)), outdir: ".test", outbase: "test" });
  rmSync(".test", { recursive: true, force: true });
  const forNode = { platform: "node", format: "esm", packages: "external", sourcemap: "inline", jsx: "automatic" };
  await build({ ...common, ...forNode, ...named(/\.test\.tsx?$/) });
  await build({ ...common, format: "iife", ...named(/\.page\.ts$/) });
}

await library();
if (process.argv.includes("--tests")) await tests();
