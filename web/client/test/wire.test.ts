import assert from "node:assert/strict";
import { test } from "node:test";
import { coversOf, parseFrame } from "../src/wire.js";
import { golden } from "./support/golden.js";

const { frames, broken, ignored } = golden("server");

function read(text: string) {
  const frame = parseFrame(text);
  return frame.ch === undefined ? undefined : coversOf(frame);
}

test("golden frames are read", () => {
  for (const { name, frame } of frames) assert.doesNotThrow(() => read(frame), name);
});

test("golden data frames state what they cover", () => {
  const byName = (name: string) => read(frames.find((frame: any) => frame.name === name).frame)!;
  assert.deepEqual(byName("gap, expired").map(({ reason }) => reason), ["expired"]);
  assert.ok(byName("coverage").every(({ updates, reason }) => !updates && !reason));
  for (const { frame } of frames) {
    const data = JSON.parse(frame);
    if (data.u) assert.deepEqual(read(frame), [{ ...pick(data), updates: data.u, fp: data.fp }]);
  }
});

const pick = ({ ch: channel, p: partition, from, next }: any) => ({ channel, partition, from, next });

test("broken golden frames are refused", () => {
  assert.ok(broken.length > 10);
  for (const { name, frame } of broken) assert.throws(() => read(frame), name);
});

test("golden frames of kinds not known yet are ignored", () => {
  for (const { name, frame } of ignored) assert.deepEqual(read(frame) ?? [], [], name);
});
