// How old records are when they are here: of the last few, by the clock of the bridge.

/** More than this is not waited for before something is counted. */
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
    return this.share(0.5);
  }

  /** Milliseconds until nearly all are here; what is younger may still come. */
  get late(): number {
    return Math.min(kLate, Math.max(0, kSlack * this.share(0.9) || 0));
  }

  private share(share: number): number {
    const known = this.ring.filter(age => age === age).sort();
    return known.length ? known[Math.min(known.length - 1, Math.floor(share * known.length))] : NaN;
  }
}
