// How old records are when they are here: of the last few, by the clock of the bridge.

/** More than this is not waited for before something is counted, unless it is all that comes. */
const kLate = 30_000;
/** Most of what comes later than it usually does comes within so much more. */
const kSlack = 1.2;

export class Ages {
  private readonly ring = new Float64Array(31).fill(NaN);
  private next = 0;

  add(age: number): void {
    this.ring[this.next++ % this.ring.length] = age;
  }

  clear(): void {
    this.ring.fill(NaN);
  }

  /** NaN when nothing came for a while. */
  get median(): number {
    return share(this.known, 0.5);
  }

  /** Milliseconds until nearly all are here; what is younger may still come. */
  get late(): number {
    const { known } = this, near = known.filter(age => age <= kLate);
    if (!near.length) return known.length ? kLate : 0;
    return Math.min(kLate, Math.max(0, kSlack * share(near, 0.9)));
  }

  /** Ascending. */
  private get known(): Float64Array {
    return this.ring.filter(age => age === age).sort();
  }
}

function share(sorted: Float64Array, part: number): number {
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] : NaN;
}
