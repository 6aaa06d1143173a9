// A distribution in logarithmic buckets, 12 per octave, both signs: percentiles within 3 %, at a fixed size.

const kPerOctave = 12;
const kOctaves = 34;
const kLow = -10;
const kSide = kPerOctave * kOctaves;
export const kBuckets = 2 * kSide + 1;

/** The bucket of a value; the middle one is zero and what is too small to tell from it. */
export function bucketOf(value: number): number {
  const size = Math.abs(value);
  const at = Math.floor((Math.log2(size) - kLow) * kPerOctave);
  if (!(at >= 0)) return kSide;
  const step = Math.min(at, kSide - 1) + 1;
  return value < 0 ? kSide - step : kSide + step;
}

/** The bounds of a bucket, nearer to zero first. */
export function boundsOf(bucket: number): [number, number] {
  if (bucket === kSide) return [0, 0];
  const step = Math.abs(bucket - kSide) - 1, sign = bucket < kSide ? -1 : 1;
  return [sign * 2 ** (kLow + step / kPerOctave), sign * 2 ** (kLow + (step + 1) / kPerOctave)];
}

/** The values below which the given shares of all lie; interpolated within a bucket. Shares ascend. */
export function quantiles(buckets: ArrayLike<number>, shares: number[]): number[] {
  let total = 0;
  for (let i = 0; i < buckets.length; i++) total += buckets[i];
  if (total === 0) return shares.map(() => NaN);
  const found: number[] = [];
  let below = 0;
  for (let i = 0; i < buckets.length && found.length < shares.length; i++) {
    while (found.length < shares.length && buckets[i] > 0 && below + buckets[i] >= shares[found.length] * total) {
      found.push(within(i, (shares[found.length] * total - below) / buckets[i]));
    }
    below += buckets[i];
  }
  return found;
}

function within(bucket: number, share: number): number {
  const [near, far] = boundsOf(bucket);
  const part = bucket < kSide ? 1 - share : share;
  return near + (far - near) * part;
}
