import assert from "node:assert/strict";
import { test } from "node:test";
import { Columns, Row } from "../../src/engine/columns.ts";
import { kNone } from "../../src/engine/dictionary.ts";
import { infer } from "../../src/engine/infer.ts";
import { Profile } from "../../src/engine/profile.ts";

function panels(records: { key: string | null; value: unknown }[]): string[] {
  const columns = new Columns(), profile = new Profile(columns), row = new Row();
  records.forEach(({ key, value }, t) => {
    columns.flatten(value, row, t);
    row.key = key === null ? kNone : columns.keys.id(key, t);
    profile.add(row);
  });
  return infer("c", profile).map(p => [p.kind, p.field, p.group, p.aggregate].join(" "));
}

test("measurements by key are lines by key and a table of last values", () => {
  const found = panels(Array.from({ length: 300 }, (_, i) => ({ key: `host-${i % 6}`, value: { cpu: i % 90, mem: 40 + (i % 7) } })));
  assert.deepEqual(found.slice(0, 3), ["time cpu key last", "last cpu key last", "time mem key last"]);
  assert.ok(found.includes("stat cpu  mean"));
});

test("events are a rate by kind, percentiles of what takes time, a ranking, key figures", () => {
  const found = panels(Array.from({ length: 400 }, (_, i) => ({ key: `ord-${i}`, value: { region: ["eu", "us", "ap"][i % 3], sku: `s${i % 40}`, amount: i / 3, latency_ms: i % 50 } })));
  assert.deepEqual(found, ["histogram latency_ms  spread", "time  region rate", "time latency_ms  spread", "top  sku count", "time amount region mean", "stat   rate", "stat amount  mean", "stat latency_ms  p95"]);
});

test("hundreds of keys that come again are measurements, once they have", () => {
  const of = (n: number) => panels(Array.from({ length: n }, (_, i) => ({ key: `pod-${i % 500}`, value: { load: i % 90 } })));
  assert.equal(of(1000)[0], "time   rate");
  assert.equal(of(10_000)[0], "time load key last");
});

test("configured fields come first", () => {
  const columns = new Columns(), profile = new Profile(columns), row = new Row();
  for (let i = 0; i < 60; i++) {
    columns.flatten({ disk: i % 5, cpu: i % 7, mem: i % 9 }, row, i);
    row.key = columns.keys.id(`host-${i % 3}`, i);
    profile.add(row);
  }
  profile.wanted = ["cpu", "gone", "mem"];
  assert.deepEqual(infer("c", profile).filter(p => p.kind === "time").map(p => p.field), ["cpu", "mem", "disk"]);
});

test("one record of a new topic already makes a panel", () => {
  assert.deepEqual(panels([{ key: "me", value: { cpu: 42 } }]), ["time cpu key last", "stat cpu  mean"]);
  assert.deepEqual(panels([{ key: null, value: 42 }]), ["time value  last", "stat value  mean"]);
});

test("text gets words instead of a chart", () => {
  assert.deepEqual(panels([{ key: "web", value: null }]), ["note   count"]);
  assert.deepEqual(panels([]), []);
});

test("numbers that name or date something are not drawn when others can be", () => {
  const found = panels(Array.from({ length: 100 }, (_, i) => ({ key: "k", value: { user_id: i, ts: 1.7e12 + i, temp: i % 9 } })));
  assert.ok(found.every(panel => !/user_id|ts/.test(panel)));
});
