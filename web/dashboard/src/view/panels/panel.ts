// The shell of a panel: title, unit, channel, badge, menu, and the words that stand where there is nothing to draw.
import type { Badge, NoteText, PanelSpec, PanelView } from "../../messages.ts";
import { $, el, icon, mark, say, svg } from "../dom.ts";

export interface Frame {
  at: number;
  span: number;
  past: boolean;
  /** About ten times a second: now figures and words may change. */
  slow: boolean;
  /** Someone asked for less motion: charts step. */
  calm: boolean;
}

/** Opens the menu of what a specification says, at its button. */
export type OnMenu = (spec: PanelSpec, button: HTMLElement) => void;

export abstract class Panel {
  readonly node: HTMLElement;
  protected readonly body: HTMLElement;
  visible = true;
  /** Something changed since it was drawn. */
  dirty = true;
  private noun = "key";
  protected unit = "";
  protected during = "";
  /** What its channel is called. */
  private from = "";
  private note: HTMLElement | null = null;
  private noteKind = "";

  constructor(public spec: PanelSpec, onMenu: OnMenu) {
    this.node = $<HTMLTemplateElement>("#t-panel").content.firstElementChild!.cloneNode(true) as HTMLElement;
    this.body = $(".panel-body", this.node);
    this.node.dataset.kind = spec.kind;
    this.node.tabIndex = -1;
    const menu = $<HTMLButtonElement>(".menu", this.node);
    menu.onclick = () => onMenu(this.spec, menu);
    this.entitle();
  }

  /** What the channel is called, and its keys. The list comes later than a panel's own view: of it "key" is no news. */
  called(from: string, noun: string): void {
    this.from = from;
    if (noun !== "key") this.noun = noun;
    this.entitle();
  }

  /** Out of sight it gets no data: what it says may be old. */
  seen(visible: boolean): void {
    this.visible = visible;
    this.node.classList.toggle("unseen", !visible);
  }

  /** Takes new data. */
  update(view: PanelView): void {
    this.noun = view.noun;
    this.unit = view.unit;
    this.during = view.during;
    this.entitle();
    this.setBadge(view);
    this.setNote(view.note);
    this.take(view);
    this.dirty = true;
  }

  protected abstract take(view: PanelView): void;
  /** Called once per frame while visible. */
  abstract draw(frame: Frame): void;
  /** The box changed. */
  fit(): void {}
  /** The theme changed. */
  ink(): void {
    this.dirty = true;
  }
  destroy(): void {}
  /** What the data is, as rows for a screen reader and for "Show as table". */
  abstract table(): { head: string[]; rows: string[][] };

  /** Unit and time, beside the title. */
  protected subtitle(): string {
    return [this.unit, this.during].filter(Boolean).join(" ");
  }

  private entitle(): void {
    const { spec, noun } = this, title = spec.title || titleOf(spec, noun);
    say($("h3", this.node), title);
    say($(".unit", this.node), this.subtitle());
    const from = $(".from", this.node), called = this.from || spec.channel;
    say(from, called === title ? "" : called);
    mark(from, "title", spec.channel);
    mark($(".menu", this.node), "aria-label", `Menu of ${title}`);
    mark(this.node, "aria-label", title);
  }

  private setBadge({ badge, left, aside }: PanelView): void {
    const node = $(".badge", this.node);
    node.hidden = badge.kind === "none";
    mark(node, "data-kind", badge.kind);
    say(node, badge.text);
    mark(node, "title", [left || kMeaning[badge.kind], aside].filter(Boolean).join(" "));
    node.classList.toggle("partly", left !== "");
  }

  private setNote(note: NoteText | null): void {
    const content = note ? [note.kind, note.heading, note.text].join("\n") : "";
    if (content === this.noteKind) return;
    this.noteKind = content;
    this.note?.remove();
    this.note = note ? noteNode(note) : null;
    this.node.classList.toggle("bare", note !== null);
    if (this.note) this.node.append(this.note);
  }
}

const kMeaning: Record<Badge["kind"], string> = {
  exact: "Every record of this window is in this picture.",
  sampled: "The window holds too many records to fetch them all: this is an even part of them.",
  outage: "The connection is lost. What happened meanwhile will be fetched.",
  replay: "What was missed is being fetched.",
  gap: "Kafka can't give some of these records any more.",
  none: "",
};

/** "cpu by host", "rate by region", "latency_ms", "latency_ms distribution"; of a key figure "cpu mean of host-1", "orders rate". */
export function titleOf(spec: PanelSpec, noun: string): string {
  const by = spec.group === "" ? "" : ` by ${spec.group === "key" ? noun : spec.group}`;
  if (spec.kind === "stat") return `${spec.field || spec.channel} ${spec.aggregate}${spec.group && ` of ${spec.group}`}`;
  if (spec.kind === "last") return `last value${by || " by key"}`;
  if (spec.kind === "top") return `top ${spec.group === "key" ? noun : spec.group}`;
  if (spec.kind === "note") return spec.channel;
  if (spec.kind === "histogram") return `${spec.field} distribution`;
  if (spec.field === "") return `${spec.aggregate}${by}`;
  const how = spec.aggregate === "last" || spec.aggregate === "spread" ? "" : ` ${spec.aggregate}`;
  return spec.field + how + by;
}

function noteNode(note: NoteText): HTMLElement {
  const node = el(".note");
  node.dataset.kind = note.kind;
  node.append(art(note.kind));
  if (note.heading) node.append(el("b", {}, note.kind === "locked" ? icon("lock") : null, note.heading), el("p", {}, note.text));
  return node;
}

/** Each kind of emptiness has its own drawing: a dotted baseline, a cross hatch, bare paper. */
function art(kind: NoteText["kind"]): SVGElement {
  const box = svg("svg", { class: "note-art", "aria-hidden": "true" });
  if (kind === "gone") {
    const pattern = svg("pattern", { id: "cross", width: 8, height: 8, patternUnits: "userSpaceOnUse" }, svg("path", { d: "M0 8 8 0M0 0l8 8" }));
    box.append(svg("defs", {}, pattern), svg("rect", { class: "wash", width: "100%", height: "100%" }), svg("rect", { width: "100%", height: "100%", fill: "url(#cross)" }));
    return box;
  }
  for (let i = 0; i < 5; i++) {
    const kindOf = i === 4 ? (kind === "quiet" ? "dots" : "base") : "rule";
    box.append(svg("line", { x1: 0, x2: "100%", y1: `${i * 25}%`, y2: `${i * 25}%`, class: kindOf }));
  }
  return box;
}
