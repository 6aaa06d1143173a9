// Server frames, from text to something that can be trusted in shape. Pure. What can't be read throws, of any type.
import type { Cover } from "./position.js";

/** A frame: an object, told by its keys. */
export type Frame = Record<string, any>;

export function need(condition: unknown): asserts condition {
  if (!condition) throw Error("nonsense");
}

export function parseFrame(data: string): Frame {
  const frame = JSON.parse(data);
  need(data[0] === "{");
  return frame;
}

/** The coverage that a data frame (one with `ch`) states; none, if it is of a kind not known yet. */
export function coversOf({ ch: channel, p: partition, from, next, u: updates, fp, gap, cover }: Frame): Cover[] {
  if (cover) return rows(channel, cover);
  if (gap) return [checked({ channel, partition, ...gap })];
  return updates ? [batch({ channel, partition, from, next, updates, fp })] : [];
}

function rows(channel: string, cover: number[][]): Cover[] {
  need(new Set(cover.map(([p]) => p)).size === cover.length);
  return cover.map(([partition, from, next]) => checked({ channel, partition, from, next } as Cover, 0));
}

function batch(cover: Cover): Cover {
  let { from: wanted } = checked(cover);
  need(cover.updates!.length && /^[\da-f]{8}$/.test(cover.fp!));
  for (const { o } of cover.updates!) {
    need(isCount(o) && o >= wanted && o < cover.next);
    wanted = o + 1;
  }
  return cover;
}

function checked(cover: Cover, least = 1): Cover {
  const { partition, from, next } = cover;
  need([partition, from, next].every(isCount) && next - from >= least);
  return cover;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
