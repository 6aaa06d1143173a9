// The status pill: one word in its state's colour, facts in ink. A screen reader hears the word only.
import type { View } from "../messages.ts";
import { clock, grouped, paced, spell } from "../words.ts";
import { $, el, mark, say } from "./dom.ts";

export type PillKind = "live" | "replay" | "past" | "still" | "hold" | "loss";
export interface PillText { kind: PillKind; word: string; facts: string[]; warn?: number; part?: number }

/** What the pill says of a view. Pure. */
export function pillText(view: View): PillText {
  const { status: s, now } = view;
  switch (s.word) {
    case "closed": return { kind: "loss", word: "CLOSED", facts: [closedFor(s.reason)] };
    case "cut": return { kind: "hold", word: "CUT BY YOU", facts: [`back in ${Math.max(1, Math.ceil((s.due - now) / 1000))} s`] };
    case "stale": return { kind: "hold", word: "STALE", facts: [`no heartbeat for ${spell(now - s.since)}`] };
    case "offline": return { kind: "hold", word: "OFFLINE", facts: offline(s.since, s.due, now) };
    case "kafka": return { kind: "hold", word: "NO KAFKA", facts: [`since ${clock(s.since)}`] };
    default:
  }
  if (view.mode === "past") return past(view);
  if (view.mode === "paused") return { kind: "still", word: "PAUSED", facts: [`${grouped(view.held)} new`] };
  if (s.word === "connecting") return { kind: "replay", word: "CONNECTING", facts: [], part: 0.25 };
  if (s.word === "replaying") return replaying(view);
  return live(view);
}

function live({ status: s, now }: View): PillText {
  const { channels, newest, rate, behind } = s;
  if (channels === 0) return { kind: "live", word: "LIVE", facts: ["no channels yet"] };
  if (newest === 0 || now - newest > 8000) return { kind: "live", word: "LIVE", facts: [newest ? `quiet ${spell(now - newest)}` : "quiet"] };
  const late = behind > 2000, ahead = behind < -1000;
  const fact = Number.isNaN(behind) ? [] : ahead ? [`clocks ${spell(-behind)} apart`] : [`${late ? spell(behind) : behind < 5 ? "<5 ms" : `${grouped(behind)} ms`} behind`];
  return { kind: "live", word: "LIVE", facts: [...fact, `${paced(rate)}/s`], ...(late || ahead ? { warn: 0 } : null) };
}

function past({ at, now, playing, speed }: View): PillText {
  return { kind: "past", word: "PAST", facts: [clock(at), `${spell(now - at)} ago`, ...(playing ? [`${speed}×`] : [])] };
}

function replaying({ status: s, span }: View): PillText {
  if (s.total === 0) return { kind: "replay", word: "REPLAYING", facts: [`last ${spell(span)}`], part: 0.5 };
  return { kind: "replay", word: "REPLAYING", facts: [`${grouped(s.done)} of ${grouped(s.total)}`], part: s.done / s.total };
}

function offline(since: number, due: number, now: number): string[] {
  const wait = Math.ceil((due - now) / 1000);
  return [since ? spell(now - since) : "", due ? `retry in ${Math.max(1, wait)} s` : "trying"].filter(Boolean);
}

const kClosed: Record<string, string> = { token_expired: "token expired", token_invalid: "token not accepted", forbidden: "not allowed", nothing_granted: "not allowed", closed: "ended" };
export function closedFor(reason: string): string {
  return kClosed[reason] ?? reason.replace(/_/g, " ");
}

export class Pill {
  private readonly node = $("#pill");
  private readonly word = $(".pill-state", this.node);
  private readonly facts = $(".pill-facts", this.node);
  private readonly announce = $("#announce");
  private said = "";

  show(view: View): void {
    const text = pillText(view);
    mark(this.node, "data-kind", text.kind);
    if (text.part !== undefined) this.node.style.setProperty("--part", `${Math.round(text.part * 100)}%`);
    say(this.word, text.word);
    if (this.said !== text.word) say(this.announce, (this.said = text.word).toLowerCase());
    text.facts.forEach((fact, i) => {
      const span = this.facts.children[i] ?? this.facts.appendChild(el("span"));
      say(span, fact);
      span.classList.toggle("warn", text.warn === i);
    });
    while (this.facts.children.length > text.facts.length) this.facts.lastElementChild!.remove();
  }
}
