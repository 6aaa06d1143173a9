// The newest records of all channels, bounded in number and in bytes, and what a search finds among them.
import type { Update } from "tailrace";
import type { FeedItem, FeedView, RecordDetail } from "../messages.ts";
import { factsOf } from "./facts.ts";
import { formOf, keyOf } from "./flat.ts";
import { beginning } from "../words.ts";

const kKept = 1000;
const kShown = 500;
/** Rows that were given out last: who opens one saw it a moment ago. */
const kSeen = 200;
/** JSON longer than this is kept as the beginning of its text. */
const kLongest = 64 << 10;

interface Entry {
  id: number;
  channel: string;
  partition: number;
  update: Update;
  back: boolean;
  /** Characters that were cut off. */
  cut: number;
}

interface Divider {
  id: number;
  tone: "hold" | "replay" | "gap";
  text: string;
  place: string;
}

type Kept = Entry | Divider;

/** Ids are unique among all feeds: a page that shows one after another must not take them for the same. */
let next = 1;

export class Feed {
  private all: Kept[] = [];
  private found: Kept[] = [];
  private held: Kept[] | null = null;
  private seen: Kept[] = [];
  private heldAt = 0;
  private added = 0;
  private text = "";
  private channel = "";

  add(channel: string, partition: number, updates: Update[], back: boolean): void {
    const alone = updates.length === 1;
    for (const update of updates.length > kKept ? updates.slice(-kKept) : updates) {
      this.keep({ id: next++, channel, partition, update, back, cut: 0, ...(alone ? shortened(update) : null) });
    }
    if (this.all.length > 2 * kKept) this.all = this.all.slice(-kKept);
    if (this.found.length > 2 * kShown) this.found = this.found.slice(-kShown);
  }

  divide(tone: Divider["tone"], text: string, place: string): number {
    const id = next++;
    this.keep({ id, tone, text, place });
    return id;
  }

  /** Changes the words of a divider that still stands. */
  reword(id: number, change: Partial<Divider>): void {
    const divider = this.all.find(kept => kept.id === id);
    if (divider && "tone" in divider) Object.assign(divider, change);
  }

  search(text: string, channel: string): void {
    this.text = text.trim().toLowerCase();
    this.channel = channel;
    this.held = null;
    this.found = this.all.filter(kept => this.matches(kept)).slice(-kShown);
  }

  /** Stops the list for a reader; what arrives meanwhile is counted. */
  hold(on: boolean): void {
    if (on && !this.held) {
      this.held = this.found.slice(-kShown);
      this.heldAt = this.added;
    } else if (!on) {
      this.held = null;
    }
  }

  view(first: number, most: number): FeedView {
    const list = this.held ?? this.found, count = Math.min(kShown, list.length);
    const at = (i: number) => list[list.length - 1 - i];
    const dividers: number[] = [], rows: Kept[] = [];
    for (let i = 0; i < count; i++) if ("tone" in at(i)) dividers.push(i);
    for (let i = first; i < Math.min(count, first + most); i++) rows.push(at(i));
    this.seen = [...rows, ...this.seen].slice(0, kSeen);
    const fresh = this.held ? this.added - this.heldAt : 0;
    return { count, first, items: rows.map(itemOf), dividers, fresh, searching: this.text !== "" || this.channel !== "", note: "" };
  }

  detail(id: number, topicOf: (channel: string) => string): RecordDetail | null {
    const entry = [this.seen, this.held ?? [], this.found, this.all].flat().find(kept => kept.id === id);
    return entry && "update" in entry ? detailOf(entry, topicOf(entry.channel)) : null;
  }

  clear(): void {
    this.all = [];
    this.found = [];
    this.seen = [];
    this.held = null;
  }

  private keep(kept: Kept): void {
    this.all.push(kept);
    if (!this.matches(kept)) return;
    this.found.push(kept);
    this.added++;
  }

  private matches(kept: Kept): boolean {
    if ("tone" in kept) return this.text === "";
    if (this.channel !== "" && kept.channel !== this.channel) return false;
    return this.text === "" || haystack(kept.update).includes(this.text);
  }
}

function haystack(update: Update): string {
  const value = update.s ?? update.b ?? (update.v === undefined ? "" : JSON.stringify(update.v));
  return `${keyOf(update) ?? ""} ${value}`.toLowerCase();
}

/** A long value is kept as the beginning of its text: five hundred megabytes of records are nobody's wish. */
function shortened(update: Update): Partial<Entry> | null {
  const whole = update.s ?? update.b ?? (typeof update.v === "object" || typeof update.v === "string" ? JSON.stringify(update.v) : "");
  if (whole.length <= kLongest) return null;
  const { o, t, k, kb, h } = update;
  return { update: { o, t, k, kb, h, s: beginning(whole, kLongest) }, cut: whole.length - kLongest };
}

function itemOf(kept: Kept): FeedItem {
  if ("tone" in kept) return { id: kept.id, kind: "divider", tone: kept.tone, text: kept.text, place: kept.place };
  const { id, channel, partition, update, back } = kept;
  const form = formOf(update), json = form === "json";
  const text = json ? "" : (update.s ?? update.b ?? "").slice(0, 200);
  return {
    id, kind: "record", channel, partition, offset: update.o, t: update.t, key: keyOf(update)?.slice(0, 120) ?? null,
    facts: json ? factsOf(update.v) : [], tag: json ? "" : kept.cut ? "long" : form, text, back, dead: form === "deleted",
  };
}

function detailOf(entry: Entry, topic: string): RecordDetail {
  const { channel, partition, update, cut } = entry, form = formOf(update);
  const headers = (update.h ?? []).map(([name, value]): [string, string] => [asText(name), asText(value)]);
  const note = cut ? `The first ${kLongest.toLocaleString("en")} characters; ${cut.toLocaleString("en")} more were left out here.`
    : update.omitted ? `${update.omitted.bytes.toLocaleString("en")} bytes: too large for the bridge to send.` : "";
  return { channel, topic, partition, offset: update.o, t: update.t, key: keyOf(update), form, value: update.v ?? update.s ?? update.b ?? null, headers, note };
}

function asText(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "string" ? value : String((value as { b?: string }).b ?? "");
}
