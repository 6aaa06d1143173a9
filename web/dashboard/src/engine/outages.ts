// What one channel missed and got back: the truth behind hatches, badges and receipts. Bounded lists.
import type { Badge, Band } from "../messages.ts";
import { grouped } from "../words.ts";

const kKept = 60;

export interface Outage {
  from: number;
  /** Infinity while nothing came back yet. */
  to: number;
  /** How far the refill has come, on the time axis. */
  front: number;
  /** In a word or two; "Kafka unreachable" is drawn apart. */
  cause: string;
  updates: number;
  healed: boolean;
}

export interface Loss {
  from: number;
  to: number;
  offsets: number;
  reason: string;
  first: number;
  next: number;
  partition: number;
}

export class Outages {
  readonly outages: Outage[] = [];
  readonly losses: Loss[] = [];

  get open(): Outage | undefined {
    const last = this.outages.at(-1);
    return last && !last.healed ? last : undefined;
  }

  /** Cut off again while it is refilled it is the same outage, and open again. */
  begin(from: number, cause: Outage["cause"]): void {
    const { open } = this;
    if (open) return void (open.to = Infinity);
    this.outages.push({ from, to: Infinity, front: from, cause, updates: 0, healed: false });
    if (this.outages.length > kKept) this.outages.shift();
  }

  /** The connection is back at `now`; what lies between is on its way. */
  refill(now: number): void {
    const open = this.open;
    if (open && open.to === Infinity) open.to = now;
  }

  advance(t: number): void {
    const open = this.open;
    if (open && open.to !== Infinity) open.front = Math.max(open.front, Math.min(t, open.to));
  }

  heal(updates: number, now: number): void {
    const open = this.open;
    if (!open) return;
    if (open.to === Infinity) open.to = now;
    open.front = open.to;
    open.updates = updates;
    open.healed = true;
  }

  lose(loss: Loss): void {
    this.losses.push(loss);
    if (this.losses.length > kKept) this.losses.shift();
  }

  /** A loss that reading history came upon; the next reading comes upon it again. */
  meet({ partition, from, next, reason }: { partition: number; from: number; next: number; reason: string }, t: number): void {
    const known = this.losses.some(loss => loss.partition === partition && loss.first === from);
    if (!known) this.lose({ from: t, to: t + 1, offsets: next - from, reason, first: from, next, partition });
  }

  clear(): void {
    this.outages.length = 0;
    this.losses.length = 0;
  }

  bands(from: number, at: number): Band[] {
    const bands: Band[] = [];
    for (const o of this.outages) {
      if (o.from >= at || o.to <= from) continue;
      const kind = o.cause === "Kafka unreachable" ? "kafka" : "outage";
      const text = o.healed ? (o.updates ? `recovered ${grouped(o.updates)}` : "") : o.cause;
      bands.push({ kind, from: o.from, to: o.to, front: o.front, text });
    }
    for (const g of together(this.losses.filter(loss => loss.from < at && loss.to > from))) {
      bands.push({ kind: "gap", from: g.from, to: g.to, front: g.from, text: `gap of ${grouped(g.offsets)} · ${g.reason}` });
    }
    return bands;
  }

  /** Times within which no line may be drawn. */
  holes(at: number): [number, number][] {
    const open = this.outages.filter(o => !o.healed).map((o): [number, number] => [o.front, Math.min(at, o.to)]);
    return [...open, ...this.losses.map((g): [number, number] => [g.from, g.to])];
  }

  badge(from: number, at: number): Badge {
    const lost = this.losses.filter(g => g.from < at && g.to > from).reduce((n, g) => n + g.offsets, 0);
    if (lost > 0) return { kind: "gap", text: `gap of ${grouped(lost)}` };
    const open = this.open;
    if (open && open.from < at) return open.to === Infinity ? { kind: "outage", text: "outage" } : { kind: "replay", text: "replaying" };
    return { kind: "exact", text: "exact" };
  }
}

/** What several partitions lost at the same time is one gap to the eye. */
function together(losses: Loss[]): Loss[] {
  const list: Loss[] = [];
  for (const loss of losses.sort((a, b) => a.from - b.from)) {
    const last = list.at(-1);
    if (!last || last.reason !== loss.reason || loss.from > last.to) list.push({ ...loss });
    else Object.assign(last, { to: Math.max(last.to, loss.to), offsets: last.offsets + loss.offsets });
  }
  return list;
}
