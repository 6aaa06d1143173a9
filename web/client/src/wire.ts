// Server frames, from text to something that can be trusted in shape. Pure. Throws Nonsense.
import type { Cover } from "./position.js";
import type { Update } from "./types.js";

export class Nonsense extends Error {}

/** A frame: an object; told by its keys. */
export type Frame = Record<string, any>;

export function parseFrame(data: unknown): Frame {
  let frame;
  try {
    frame = JSON.parse(data as string);
  } catch {
    throw new Nonsense("not JSON");
  }
  if (typeof data !== "string" || !isObject(frame)) throw new Nonsense("not an object in a text message");
  return frame;
}

/** The coverage that a data frame (one with `ch`) states. A frame of a kind not known yet states none. */
export function covers(frame: Frame): Cover[] {
  if (frame.cover) return rows(frame.cover).map(([p, from, next]) => checked({ p, from, next }));
  if (frame.gap) return [checked({ p: frame.p, from: frame.gap.from, next: frame.gap.next, gap: `${frame.gap.reason}` })];
  return frame.u ? [batch(frame)] : [];
}

export function isObject(value: unknown): value is Frame {
  return typeof value === "object" && !!value && !Array.isArray(value);
}

function batch({ p, from, next, fp, u }: Frame): Cover {
  const cover = checked({ p, from, next, u, fp });
  if (!Array.isArray(u) || !u.length || !/^[0-9a-f]{8}$/.test(fp)) throw new Nonsense("a batch without updates or fingerprint");
  let wanted = from;
  for (const update of u as Update[]) {
    if (!isCount(update?.o) || update.o < wanted || update.o >= next) throw new Nonsense("an update out of order");
    wanted = update.o + 1;
  }
  return cover;
}

function checked(cover: Cover): Cover {
  const { p, from, next } = cover;
  if (!isCount(p) || !isCount(from) || !isCount(next) || from > next) throw new Nonsense("coverage that covers nothing");
  return cover;
}

function rows(value: unknown): any[][] {
  if (!Array.isArray(value) || !value.every(Array.isArray)) throw new Nonsense("coverage without rows");
  return value;
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
