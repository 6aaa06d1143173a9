// How long to wait before the next attempt: full jitter over a span that doubles, never under MIN.

export const MIN = 500;
export const MAX = 20_000;
/** A bridge that sends its clients away may spread them over this long. */
const MAX_HINT = 300_000;

/** `hint` is the bridge's `reconnect_in`: it replaces the first delay and can only lengthen later ones. */
export function backoff(failures: number, random: number, hint = 0): number {
  const jittered = Math.min(MAX, MIN + random * Math.min(MAX, MIN * 2 ** failures));
  return hint > 0 ? Math.min(MAX_HINT, failures ? Math.max(hint, jittered) : hint) : jittered;
}
