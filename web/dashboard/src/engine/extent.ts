// How far back what was read of a channel is whole, and what of it is only a sample.

const kKept = 500;

/** Of every `every` slices of `unit` milliseconds one is there, since `from` and up to `until`. */
export interface Sample {
  every: number;
  unit: number;
  from: number;
  until: number;
}

export class Extent {
  /** Data is whole from this time on. */
  covered = Infinity;
  /** What of it is only a sample, in the order of time. */
  samples: Sample[] = [];
  /** Of the time before `until` not all came: the bridge would not go on, and why. */
  refused: { why: string; until: number } | null = null;

  /** Begins anew. */
  reset(covered: number): void {
    this.covered = covered;
    this.samples = [];
    this.refused = null;
  }

  /** What was read after all that was before is a sample too. */
  sampled(sample: Sample): void {
    const last = this.samples.at(-1);
    if (last?.until === sample.from && last.every === sample.every && last.unit === sample.unit) last.until = sample.until;
    else this.samples.push({ ...sample });
    if (this.samples.length > kKept) this.samples.shift();
  }
}

/** How many records one of this time stands for. */
export function weightAt(samples: Sample[], t: number): number {
  return samples.find(({ from, until }) => t >= from && t < until)?.every ?? 1;
}

/** Those of a stretch of time. */
export function samplesWithin(samples: Sample[], from: number, to: number): Sample[] {
  return samples.filter(sample => sample.from < to && sample.until > from);
}

/** How many bins up to this one are known, at most `wide`. */
export function knownBins(samples: Sample[], bin: number, step: number, wide: number): number {
  const t = (bin + 0.5) * step;
  let since = -Infinity;
  for (const { every, unit, from, until } of samples) {
    if (t < from) break;
    const slice = Math.floor(t / unit), inside = t < until;
    if (inside && slice % every) return 0;
    since = inside ? Math.max(from, slice * unit) : until;
  }
  return Math.max(0, Math.min(wide, bin - Math.ceil(since / step) + 1));
}
