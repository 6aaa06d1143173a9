import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { root } from "./support/root.js";

const KB = 1024;
const size = (file: string) => gzipSync(readFileSync(`${root}/web/client/dist/${file}`), { level: 9 }).length;

test("the whole library is at most 6 KB, minified and gzipped", (t) => {
  t.diagnostic(`${size("tailrace.js")} bytes`);
  assert.ok(size("tailrace.js") <= 6 * KB, `${size("tailrace.js")} bytes`);
});

test("the React hook adds less than 1 KB", () => assert.ok(size("react.js") < KB));
