// Data that looks like a demo: hosts that are busy, orders that come in.
import { steady, type Source } from "./source.ts";

const hash = (a: number, b: number) => {
  let h = (Math.imul(a | 0, 374761393) + Math.imul(b | 0, 668265263)) | 0;
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
};
const smooth = (t: number, seed: number) => {
  const i = Math.floor(t), f = t - i;
  return (hash(i, seed) + (hash(i + 1, seed) - hash(i, seed)) * f * f * (3 - 2 * f)) * 2 - 1;
};
const wave = (t: number, seed: number, base: number, slow: number, mid: number, rough: number) =>
  Math.max(0, base + slow * smooth(t / 21, seed) + mid * smooth(t / 4.3, seed + 50) + rough * (hash(Math.round(t * 4), seed + 130) * 2 - 1));

const kHosts = 6;
const kRegions = ["eu-west", "us-east", "ap-south", "sa-east"];
const round = (v: number, digits: number) => Number(v.toFixed(digits));

export function demo(since: number): Source[] {
  return [
    steady("metrics", {
      since, every: 1000 / (kHosts * 4), units: { cpu: "%", mem: "%", net_rx: "B/s", net_tx: "B/s", disk: "%", pressure: "" },
      make(p, o, time) {
        const host = (o * 3 + p) % kHosts, t = time / 1000;
        const cron = host === 4 && t % 15 < 1.6 ? 15 : 0, busy = host === 2 && t % 90 < 22 ? 30 : 0;
        const v = {
          cpu: round(wave(t, host, [39, 24, 48, 66, 9, 33][host], 5, 2.6, 2) + cron + busy, 1), mem: round(wave(t, host + 60, 48 + ((5 * host) % 31), 2, 0.8, 0.2), 1),
          net_rx: Math.round(wave(t, host + 70, 22 + 7 * host, 8, 4, 3) * 1e6), net_tx: Math.round(wave(t, host + 80, 12 + 5 * host, 5, 3, 2) * 1e6), disk: 38 + ((host * 13) % 47), pressure: round(wave(t, host + 90, 1 + host / 2, 0.6, 0.3, 0.2), 2),
        };
        return { k: `host-${host + 1}`, v: JSON.stringify(v) };
      },
    }),
    steady("orders", {
      since, every: 25, units: { amount: "€", latency_ms: "ms" },
      make(p, o, time) {
        const n = o * 3 + p, r = hash(n, 4), t = time / 1000, region = kRegions[r < 0.43 ? 0 : r < 0.74 ? 1 : r < 0.91 ? 2 : 3];
        const surge = t % 70 < 9 ? 1.6 : 1, latency = Math.round((18 + 24 * Math.exp(1.1 * (hash(n, 5) + hash(n, 6) + hash(n, 7) - 1.5))) * surge);
        const status = hash(n, 8) < 0.93 ? "paid" : hash(n, 9) < 0.6 ? "pending" : "refused";
        return { k: `ord-${884000 + n}`, v: JSON.stringify({ region, sku: `sku-${10000 + Math.floor(120 * hash(n, 3) ** 2.2) * 7}`, amount: round(12 + hash(n, 11) ** 2 * 110, 2), items: 1 + (n % 4), status, latency_ms: latency }) };
      },
    }),
  ];
}
