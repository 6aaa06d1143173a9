// Where a subscription stands, per partition, and what coverage makes of that. Pure.
// Text form (schemas/protocol.md, section 6): v1.<epoch>.0:1044~9f3a12c4,1:88,2:1044~3.9f3a12c4,3:?
import type { Update } from "./types.js";

/** A partition's place: the next offset wanted (NaN for `?`) and the last update before it. Never changed. */
export interface Mark {
  readonly next: number;
  readonly last?: number | undefined;
  readonly fp?: string | undefined;
}

/** Mind that no comparison with the NaN of an unknown place holds: the code below is written for that. */
export interface Position {
  readonly epoch_: string;
  /** By partition, and so in their order; a record, for it is copied at every batch and that takes no time. */
  readonly marks_: Record<string | number, Mark>;
}

/** Of a partition the offsets [from, next) are accounted for: by updates, by a gap, or by there being nothing. */
export interface Cover {
  readonly channel: string;
  readonly partition: number;
  readonly from: number;
  readonly next: number;
  readonly updates?: Update[] | undefined;
  /** Fingerprint of the last update. */
  readonly fp?: string;
  /** Of a gap: why these offsets will not come. */
  readonly reason?: string;
}

/** Nothing when the text is no position. */
export function parsePosition(text: unknown): Position | undefined {
  const [, epoch, entries] = /^v1\.([\da-f]{8})\.(.*)$/.exec(text as string) ?? [];
  if (!epoch) return undefined;
  const position = { epoch_: epoch, marks_: Object.fromEntries(entries ? entries.split(",").map(parseEntry) : []) };
  const marks = marksOf(position);
  const sound = marks.every(isSound) && marks.length <= 1000;
  return sound && formatPosition(position) === text ? position : undefined;
}

export function formatPosition(position: Position): string {
  return `v1.${position.epoch_}.${marksOf(position).map(formatEntry)}`;
}

export function marksOf({ marks_ }: Position): [partition: string, mark: Mark][] {
  return Object.entries(marks_);
}

export function copyPosition(position: Position): Position {
  return { ...position, marks_: { ...position.marks_ } };
}

/** The next offset wanted; a partition that was not heard of begins at 0. */
export function nextOf({ marks_ }: Position, p: string | number): number {
  return marks_[p]?.next ?? 0;
}

/** Has `place` passed all of `other`? */
export function hasPassed(place: Position, other: Position): boolean {
  return marksOf(other).every(([p, { next }]) => !(next > nextOf(place, p)));
}

/** Per partition that moved from one place to another: offsets `from` to `next - 1`. */
export function movement(before: Position, after: Position): { partition: number; from: number; next: number }[] {
  return marksOf(after)
    .map(([p, { next }]) => ({ partition: +p, from: nextOf(before, p), next }))
    .filter(({ from, next }) => from < next);
}

/** Takes from `other` what `place` lacks: the anchors of marks where both stand; unless it is whole, partitions and starts. */
export function adopt(place: Position, other: Position, isWhole?: boolean): void {
  for (const [p, mark] of marksOf(other)) {
    const { next, fp } = place.marks_[p] ?? { next: NaN };
    if (next === mark.next ? !fp : !isWhole && isNaN(next)) place.marks_[p] = mark;
  }
}

/** Moves the place over a cover that leaves no hole. Gives what of it is new: nothing for a repetition. */
export function advance({ marks_ }: Position, cover: Cover): Cover | undefined {
  const { partition, from, next, updates, fp } = cover;
  const mark = marks_[partition];
  const wanted = mark?.next ?? 0;
  if (mark && next <= wanted) return undefined;
  const isNew = ({ o }: Update) => o >= wanted;
  const fresh = from < wanted ? { ...cover, from: wanted, updates: updates?.filter(isNew) } : cover;
  const last = fresh.updates?.at(-1)?.o;
  marks_[partition] = last === undefined ? { ...mark, next } : { next, last, fp };
  return fresh;
}

function parseEntry(entry: string): [number, Mark] {
  const [, p, next, distance = 0, fp] = /^(\d+):(?:\?|(\d+)(?:~(?:(\d+)\.)?([\da-f]{8}))?)$/.exec(entry) ?? [];
  return [+p!, { next: +next!, last: fp && +next! - 1 - +distance, fp } as Mark];
}

function isSound([p, { next, last = 0 }]: [string, Mark]): boolean {
  return +p < 2 ** 31 && !(next >= 2 ** 53) && last >= 0;
}

function formatEntry([p, { next, last, fp }]: [string, Mark]): string {
  const distance = next - 1 - last!;
  return `${p}:${isNaN(next) ? "?" : next}` + (fp ? `~${distance ? `${distance}.` : ""}${fp}` : "");
}
