// The receipt of an outage: what was consumed between the cut and the head of the resumption.
import { UNKNOWN, type Position } from "./position.js";
import type { Recovered, Stats } from "./types.js";

export class Outage {
  private readonly used_: Position;
  private readonly updates_: number;
  private readonly lost_: number;
  private served_ = 0;

  constructor(
    private readonly cut_: number,
    used: Position,
    { updates, lost }: Stats,
  ) {
    this.used_ = used.copy_();
    this.updates_ = updates;
    this.lost_ = lost;
  }

  /** Data can flow again; another cut before the head begins this anew. */
  resumed_(now: number): void {
    this.served_ = now;
  }

  receipt_(now: number, used: Position, { updates, lost }: Stats): Recovered {
    const ranges = [];
    for (const [partition, { next }] of used.marks_) {
      const from = this.used_.marks_.get(partition)?.next ?? 0;
      if (from !== UNKNOWN && from < next) ranges.push({ partition, from, next });
    }
    const [outage, replay] = [this.served_ - this.cut_, now - this.served_];
    return { updates: updates - this.updates_, ranges, lost: lost - this.lost_, outage, replay };
  }
}
