// The feed: five hundred rows, of which only those in sight exist. At the top it follows; a reader who scrolled, points at
// it, touches it or is there with the keyboard is left in peace, and told how much is new.
import type { FeedItem, FeedView } from "../messages.ts";
import { clock, grouped } from "../words.ts";
import { $, el, say } from "./dom.ts";

const kRow = 48;
const kDivider = 32;
const kSpare = 2;
/** The keyboard is at the list or at one of its rows. */
const kKeyboard = ":is(:focus-visible, :has(:focus-visible))";

export interface FeedEvents {
  window(first: number, rows: number, hold: boolean): void;
  open(id: number): void;
}

export class FeedList {
  readonly node = $("#rows");
  private readonly spacer = el(".spacer");
  private readonly freshButton = el<HTMLButtonElement>("button.fresh-rows", { type: "button", hidden: true });
  private readonly empty = el("p.nothing");
  private readonly count = $("#feed-count");
  private nodes = new Map<number, HTMLElement>();
  private view: FeedView = { count: 0, first: 0, items: [], dividers: [], fresh: 0, searching: false, note: "" };
  private hovering = false;
  private touching = false;
  private scrolled = 0;
  private tall = 0;
  private asked = "";
  private state: "live" | "waiting" | "past" = "live";

  constructor(private readonly events: FeedEvents) {
    this.node.append(this.spacer, this.empty);
    this.node.before(this.freshButton);
    this.node.addEventListener("scroll", () => this.measure(), { passive: true });
    this.node.addEventListener("pointerenter", event => this.hover(event.pointerType === "mouse"));
    this.node.addEventListener("pointerleave", () => this.hover(false));
    this.node.addEventListener("pointerdown", event => this.touch(event.pointerType !== "mouse"));
    for (const end of ["pointerup", "pointercancel"]) this.node.addEventListener(end, () => this.touch(false));
    for (const move of ["focusin", "focusout"]) this.node.addEventListener(move, () => this.ask());
    this.node.addEventListener("keydown", event => this.key(event));
    this.freshButton.onclick = () => this.toTop();
    new ResizeObserver(() => this.measure()).observe(this.node);
  }

  update(view: FeedView, state: "live" | "waiting" | "past"): void {
    if (this.touching) return; // what the finger is on stays there until it is lifted
    this.view = view;
    this.state = state;
    this.spacer.style.height = `${this.top(view.count)}px`;
    const wanted = new Set(view.items.map(item => item.id));
    for (const [id, node] of this.nodes) if (!wanted.has(id)) this.remove(id, node);
    let after: Element = this.empty;
    view.items.forEach((item, i) => (after = this.put(item, view.first + i, after)));
    this.words();
    this.ask();
  }

  toTop(): void {
    this.hovering = false;
    this.node.scrollTop = this.scrolled = 0;
    this.ask();
  }

  /** Asked for only when it changes: within an update it would force a layout. */
  private measure(): void {
    this.scrolled = this.node.scrollTop;
    this.tall = this.node.clientHeight;
    this.ask();
  }

  private words(): void {
    const { view } = this;
    this.empty.hidden = view.count > 0;
    say(this.empty, view.searching ? "No record among the kept ones matches." : this.state === "past" ? "No records in this window." : "No records yet.");
    this.freshButton.hidden = view.fresh === 0 || !this.parked;
    say(this.count, this.counted());
    say(this.freshButton, `${grouped(view.fresh)} new`);
  }

  /** Held until the reader goes elsewhere: after a record is closed, the focus is here, whoever opened it. */
  private get parked(): boolean {
    return this.scrolled > 4 || this.node.matches(kKeyboard);
  }

  /** Where no button does, it says what is new. */
  private counted(): string {
    const { count, fresh, searching } = this.view;
    if (count === 0) return "";
    if (this.state === "waiting") return "waiting";
    if (fresh > 0 && this.freshButton.hidden) return `${grouped(fresh)} new`;
    return searching ? `${grouped(count)} found` : `last ${count}`;
  }

  /** Tells the Worker which rows are in sight. */
  private ask(): void {
    const top = this.indexAt(this.scrolled), first = Math.max(0, top - kSpare), rows = top + Math.ceil(this.tall / kRow) + kSpare - first;
    const hold = this.hovering || this.touching || this.parked, text = `${first} ${rows} ${hold}`;
    if (text === this.asked) return;
    this.asked = text;
    this.events.window(first, rows, hold);
  }

  /** The height of everything above row `index`. */
  private top(index: number): number {
    const low = this.view.dividers.filter(at => at < index).length;
    return index * kRow - low * (kRow - kDivider);
  }

  private indexAt(y: number): number {
    let index = Math.floor(y / kRow);
    while (index < this.view.count && this.top(index + 1) <= y) index++;
    return index;
  }

  /** Puts a row after another, so that the order of nodes is the order of reading. */
  private put(item: FeedItem, index: number, after: Element): Element {
    let node = this.nodes.get(item.id);
    if (!node || (item.kind === "divider" && node.dataset.text !== item.text)) {
      node?.remove();
      node = item.kind === "divider" ? dividerNode(item) : this.recordNode(item);
      this.nodes.set(item.id, node);
    }
    if (after.nextElementSibling !== node) after.after(node);
    node.style.transform = `translateY(${this.top(index)}px)`;
    return node;
  }

  private recordNode(item: Extract<FeedItem, { kind: "record" }>): HTMLElement {
    const node = recordNode(item);
    node.onclick = () => this.events.open(item.id);
    return node;
  }

  /** What scrolls out of sight while the keyboard is at it leaves it with the list. */
  private remove(id: number, node: HTMLElement): void {
    if (node === document.activeElement) this.node.focus({ preventScroll: true });
    node.remove();
    this.nodes.delete(id);
  }

  private hover(on: boolean): void {
    this.hovering = on;
    this.ask();
  }

  private touch(on: boolean): void {
    this.touching = on;
    this.ask();
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const list = [...this.nodes.values()].filter(n => n.tagName === "BUTTON").sort((a, b) => offsetOf(a) - offsetOf(b));
    const at = list.indexOf(document.activeElement as HTMLElement);
    const next = list[Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1))];
    next?.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}

function offsetOf(node: HTMLElement): number {
  return parseFloat(node.style.transform.slice(11));
}

function recordNode(item: Extract<FeedItem, { kind: "record" }>): HTMLElement {
  const value = el("span.val");
  if (item.tag) value.append(el("em", {}, item.tag));
  if (item.dead) value.append("no value");
  else if (item.facts.length) for (const [name, v] of item.facts) value.append(el("span", {}, name, el("b", {}, v)));
  else if (item.text) value.append(el("code", {}, item.text));
  const key = item.key === null ? el("span.key.none", {}, "no key") : el("span.key", {}, item.key || "empty key");
  const node = el("button.rec", { type: "button" }, el("span.place", {}, el("i", {}, `p${item.partition}`), grouped(item.offset)), key,
    el("span.ch", {}, item.channel), el("time", {}, clock(item.t, 3)), value);
  node.classList.toggle("back", item.back);
  node.classList.toggle("dead", item.dead);
  return node;
}

function dividerNode(item: Extract<FeedItem, { kind: "divider" }>): HTMLElement {
  const node = el(".cutline", {}, el("b", {}, item.text), el("span", {}, item.place));
  node.dataset.kind = item.tone;
  node.dataset.text = item.text;
  return node;
}
