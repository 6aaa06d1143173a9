// Frames of the channel "m", short to write.

export const EPOCH = "00c0ffee";

/** `position("0:5", "1:?")` */
export const position = (...entries: string[]) => `v1.${EPOCH}.${entries.join(",")}`;

export const subscribed = (id: number, at: string, head: string = at, channel = "m") => ({
  subscribed: { channel, position: position(at), head: position(head) },
  id,
});

/** Updates at every offset of [from, next) but those left out. */
export function batch(p: number, from: number, next: number, { without = [] as number[], ch = "m", t = 0 } = {}) {
  const offsets = Array.from({ length: next - from }, (_, i) => from + i).filter((o) => !without.includes(o));
  const u = offsets.map((o) => ({ o, t, k: `k${o % 3}`, v: { n: o } }));
  return { ch, p, from, next, fp: fingerprint(p, offsets[offsets.length - 1]!), u };
}

export const gap = (p: number, from: number, next: number, reason = "expired") => ({ ch: "m", p, gap: { from, next, reason } });
export const cover = (...rows: [number, number, number][]) => ({ ch: "m", cover: rows });

export const fingerprint = (p: number, o: number) => (((p + 1) * 2654435761 + o * 40503) >>> 0).toString(16).padStart(8, "0");
