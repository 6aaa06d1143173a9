// One channel as the page knows it: what the bridge said, what its data looks like, what it missed.
import type { Status } from "tailrace";
import type { ChannelHint } from "../messages.ts";
import { Columns } from "./columns.ts";
import { Outages } from "./outages.ts";
import { Profile } from "./profile.ts";

const kSuffixes: [RegExp, string][] = [
  [/(_ms|millis|latency)$/i, "ms"], [/(_us|micros)$/i, "µs"], [/(_s|_secs|_seconds)$/i, "s"],
  [/(_pct|_percent|percent|pct)$/i, "%"], [/(_bytes|bytes)$/i, "B"], [/_celsius$/i, "°C"], [/_(usd|eur)$/i, ""],
];

export class Channel {
  readonly columns = new Columns();
  readonly profile = new Profile(this.columns);
  readonly outages = new Outages();
  topic: string;
  title = "";
  units: Record<string, string> = {};
  rate = 0;
  /** When the oldest record is of that Kafka still has, and whether it has deleted older ones. */
  earliest = NaN;
  truncated = false;
  /** Latest offset per partition, by the bridge's own numbers. */
  readonly ends: number[] = [];
  fresh = false;
  /** Why the bridge won't serve it, else empty. */
  refused = "";
  /** Why the bridge doesn't serve it now, where asking again may help; else empty. */
  unserved = "";
  /** Its topic is gone from Kafka, for now. */
  missing = false;
  /** Partitions whose end an open transaction has held back for long. */
  readonly held = new Set<number>();
  /** When something arrived last, and the newest record's own time. */
  lastSeen = 0;
  lastTime = 0;

  constructor(readonly name: string, hint?: ChannelHint) {
    this.topic = hint?.topic ?? name;
    if (hint) this.hint(hint);
  }

  hint(hint: ChannelHint): void {
    this.topic = hint.topic;
    this.title = hint.title ?? "";
    this.units = hint.units ?? {};
    this.profile.wanted = hint.fields ?? [];
  }

  told({ topic, p, held_by_transaction: held }: Status): void {
    if (topic) this.missing = topic === "missing";
    if (p === undefined) return;
    if (held) this.held.add(p);
    else this.held.delete(p);
  }

  /** Subscribed anew: what still holds will be told again. */
  untold(): void {
    this.unserved = "";
    this.missing = false;
    this.held.clear();
  }

  unitOf(field: string): string {
    const own = Object.hasOwn(this.units, field) ? this.units[field] : undefined;
    return own ?? kSuffixes.find(([pattern]) => pattern.test(field))?.[1] ?? "";
  }

  /** The history is another one now: what was learnt about losses no longer belongs to it. */
  forget(): void {
    this.outages.clear();
  }
}
