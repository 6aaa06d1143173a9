// Where a subscription stands, per partition, and what a frame of coverage makes of that. Pure.
// Text form (schemas/protocol.md, section 6): v1.<epoch>.0:1044~9f3a12c4,1:88,2:1044~3.9f3a12c4,3:?
import type { Update } from "./types.js";

/** A partition's place: the next offset wanted (UNKNOWN for `?`) and the last update before it. Never changed. */
export interface Mark {
  readonly next: number;
  readonly last?: number;
  readonly fp?: string;
}

export const UNKNOWN = -1;

/** Offsets [from, next) of partition p are accounted for: by updates, by a gap, or by there being nothing. */
export interface Cover {
  readonly p: number;
  readonly from: number;
  readonly next: number;
  readonly u?: Update[];
  /** Fingerprint of the last update. */
  readonly fp?: string;
  /** Why these offsets will not come. */
  readonly gap?: string;
}

export const HOLE = Symbol();

export class Position {
  constructor(
    readonly epoch_: string,
    readonly marks_ = new Map<number, Mark>(),
  ) {}

  /** Nothing when the text is no position. */
  static parse_(text: unknown): Position | undefined {
    const whole = /^v1\.([0-9a-f]{8})\.(.*)$/.exec(text as string);
    if (!whole) return undefined;
    const position = new Position(whole[1]!);
    for (const entry of whole[2] ? whole[2].split(",") : []) {
      const [, p, next, distance, fp] = /^(\d+):(?:\?|(\d+)(?:~(?:(\d+)\.)?([0-9a-f]{8}))?)$/.exec(entry) ?? [];
      const mark = next ? { next: +next, ...(fp && { last: +next - 1 - +(distance ?? 0), fp }) } : { next: UNKNOWN };
      if (!p || +p > 0x7fffffff || !Number.isSafeInteger(mark.next) || (mark.last ?? 0) < 0) return undefined;
      position.marks_.set(+p, mark);
    }
    return position.marks_.size <= 1000 && position.text_() === text ? position : undefined;
  }

  text_(): string {
    const entries = [...this.marks_].sort((a, b) => a[0] - b[0]).map(([p, mark]) => `${p}:${placeText(mark)}`);
    return `v1.${this.epoch_}.${entries}`;
  }

  copy_(): Position {
    return new Position(this.epoch_, new Map(this.marks_));
  }

  /** Has everything before the place of `other` been passed here? */
  passed_(other: Position): boolean {
    return [...other.marks_].every(([p, mark]) => mark.next <= (this.marks_.get(p)?.next ?? UNKNOWN));
  }

  /** Takes from `other` what is not known here: partitions, starts, and anchors of places where both stand. */
  adopt_(other: Position): void {
    for (const [p, mark] of other.marks_) {
      const own = this.marks_.get(p);
      if (!own || own.next === UNKNOWN || (own.next === mark.next && !own.fp)) this.marks_.set(p, mark);
    }
  }

  /** Moves over `cover` and gives what of it is new; nothing when it is a repetition; HOLE, without moving, before one. */
  advance_(cover: Cover): Cover | typeof HOLE | undefined {
    const mark = this.marks_.get(cover.p) ?? { next: 0 };
    const known = mark.next !== UNKNOWN;
    if (known && cover.from > mark.next) return HOLE;
    if (known && cover.next <= mark.next) {
      if (!this.marks_.has(cover.p)) this.marks_.set(cover.p, mark);
      return undefined;
    }
    const fresh = known && cover.from < mark.next ? cut(cover, mark.next) : cover;
    const last = fresh.u?.[fresh.u.length - 1]?.o;
    this.marks_.set(cover.p, last === undefined ? { ...mark, next: cover.next } : { next: cover.next, last, fp: cover.fp! });
    return fresh;
  }
}

function cut(cover: Cover, from: number): Cover {
  return cover.u ? { ...cover, from, u: cover.u.filter((update) => update.o >= from) } : { ...cover, from };
}

function placeText({ next, last, fp }: Mark): string {
  if (next === UNKNOWN) return "?";
  if (!fp) return `${next}`;
  const distance = next - 1 - last!;
  return `${next}~${distance ? `${distance}.` : ""}${fp}`;
}
