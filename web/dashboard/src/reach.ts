// Which stretch of time the scrubber's lane shows; the Worker counts its records, the page draws it.

export const kReach = 30;

/** Thirty windows that end now; where the moment shown lies before all of them, they move along. */
export function reachOf(now: number, at: number, span: number): { from: number; to: number } {
  const range = span * kReach, to = at < now - range ? at + range / 2 : now;
  return { from: to - range, to };
}
