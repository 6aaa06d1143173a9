import assert from "node:assert/strict";
import { test } from "node:test";
import { addRaw } from "../src/raw.js";
import { golden } from "./support/golden.js";

/** The raw values of a batch that holds these texts as updates. */
function raws(updates: string[], after = "") {
  const text = `{"ch":"a\\"u\\":[{","p":0,"from":0,"next":99,"fp":"00000000","u":[${updates}]${after}}`;
  const { u } = JSON.parse(text);
  addRaw(u, text);
  return u.map((update: any) => update.raw);
}

test("golden records keep their value's text", () => {
  const { records } = golden("records");
  let json = 0;
  for (const { name, update, value_b64, mode } of records) {
    const [raw] = raws([update]);
    if (!("v" in JSON.parse(update))) assert.equal(raw, undefined, name);
    else assert.equal(raw, Buffer.from(value_b64, "base64").toString(), `${name} ${mode}`);
    json += raw === undefined ? 0 : 1;
  }
  assert.ok(json > 20);
});

test("each update gets its own text, whatever stands beside it", () => {
  const updates = [
    '{"o":1,"t":1,"k":"\\"v\\":","v": {"v":[1,{"v":2}]} }',
    '{"o":2,"t":1,"del":true}',
    '{"o":3,"t":1,"h":[["v","x"],["v",{"b":"AA=="}]],"v":"a,}]\\\\\\""}',
    '{"o":4,"t":1,"s":"\\"v\\":5"}',
    '{"o":5,"t":1,"v":12345678901234567890}',
    '{"o":6,"t":1,"v":[]}',
  ];
  const expected = [' {"v":[1,{"v":2}]} ', undefined, '"a,}]\\\\\\""', undefined, "12345678901234567890", "[]"];
  assert.deepEqual(raws(updates, ',"later":[{"v":7}]'), expected);
});

test("a value may be as long as it likes", () => {
  for (const value of [`"${"x".repeat(9e6)}"`, `"${"\\u0007".repeat(4e6)}"`]) {
    assert.ok(raws([`{"o":1,"t":1,"v":${value}}`])[0] === value, value.slice(0, 10));
  }
});
