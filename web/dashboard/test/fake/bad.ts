// What nobody should send and somebody will.
import { Listed } from "./source.ts";

const kScript = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>`;

/** Channels of bad input, the last minute of them. Every one is worth a look. */
export function bad(now: number): Listed[] {
  const make = (name: string, fill: (push: (record: Record<string, unknown>) => void, t: number, i: number) => void, n = 120) => {
    const source = new Listed(name);
    for (let i = 0; i < n; i++) fill(record => source.push(record as never), now - (n - i) * (58_000 / n), i);
    return source;
  };
  const deep = (levels: number): string => (levels ? `{"n":${deep(levels - 1)}}` : "1");
  return [
    make("not json", (push, t, i) => push({ t, k: `web-${i % 3}`, s: `GET /cart/${i} 200 ${i % 40} ms` })),
    make("no numbers", (push, t, i) => push({ t, k: "a", v: JSON.stringify({ state: ["on", "off"][i % 2] }) })),
    make("changing", (push, t, i) => push({ t, k: "x", v: i < 60 ? `{"v":${i}}` : i % 2 ? `{"v":"text ${i}"}` : `{"v":{"deep":${i}}}` })),
    make("wide", (push, t, i) => push({ t, k: "w", v: JSON.stringify(Object.fromEntries(Array.from({ length: 300 }, (_, f) => [`field${f}`, Math.sin(i / 9 + f) * 50 + 50]))) })),
    make("deep", (push, t, i) => push({ t, k: "d", v: `{"top":${i},"down":${deep(40)}}` })),
    make("keys", (push, t, i) => push({ t, k: `pod-${i % 500}`, v: `{"load":${(i % 500) / 5 + (i % 7)}}` }), 3000),
    make(kScript, (push, t, i) => push({ t, k: `${kScript}${i % 3}`, h: [[kScript, kScript]], v: JSON.stringify({ [kScript]: i, word: kScript, size: i * 2 }) })),
    make("עברית 🦩", (push, t, i) => push({ t, k: ["מפתח", "‮evil‬", "🦩🏳️‍🌈"][i % 3], v: JSON.stringify({ "מספר": i % 17, "emoji 🎉": i % 5 }) })),
    make("long", (push, t, i) => push({ t, k: "l", v: JSON.stringify({ n: i, text: "x".repeat(1 << 20) }) }), 3),
    make("nan", (push, t, i) => push({ t, k: "n", v: i % 3 ? `{"v":${i % 13}}` : i % 2 ? `{"v":"NaN"}` : `{"v":1e400}` })),
    make("future", (push, t, i) => push({ t: i % 4 ? t : t + 86_400_000, k: "f", v: `{"v":${i % 21}}` })),
    make("ancient", (push, _, i) => push({ t: 1_500_000_000_000 + i, k: "o", v: `{"v":${i}}` })),
    make("deleted", (push, t, i) => push(i % 2 ? { t, k: `k${i}`, del: true } : { t, kb: "gIGC", b: "/////w==" })),
    make("bare", (push, t, i) => push({ t, v: String(20 + 5 * Math.sin(i / 9)) })),
  ];
}
