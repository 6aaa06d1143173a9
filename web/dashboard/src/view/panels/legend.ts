// Names and values above a chart. Sorted once, by value, so that reading it stays possible; a click shows one alone. What
// has no room stands in lines below the one that is seen, whole, and is counted: "+2" turns to the next line.
import type { Series } from "../../messages.ts";
import { grouped } from "../../words.ts";
import { el, say } from "../dom.ts";
import { colorOf } from "../ink.ts";

export class Legend {
  private readonly list = el(".names");
  private readonly more = el("button.more", { type: "button", title: "Show the others", onclick: () => this.turn() });
  readonly node = el(".legend", {}, this.list, this.more);
  /** Watches what has room: nothing is measured. */
  private readonly sight = new IntersectionObserver(entries => this.sighted(entries), { root: this.list, threshold: 0.6 });
  private readonly unseen = new Set<Element>();
  private items: HTMLElement[] = [];
  private names = "";
  private order: number[] = [];
  private values: HTMLElement[] = [];
  private rest: Text | null = null;
  private only = "";

  constructor(private readonly shown: (name: string) => void) {}

  /** Takes the series; builds itself anew only when their names changed, or when a first fill is over. */
  set(series: Series[], latest: number[], ordered: boolean, filling: boolean): void {
    const names = series.map(s => s.name).join("\n") + (filling ? "\n" : "");
    if (names === this.names) return;
    this.names = names;
    const rank = series.map((_, i) => i);
    if (!ordered) rank.sort((a, b) => place(series[b], latest[b]) - place(series[a], latest[a]));
    this.order = rank;
    this.build(series);
  }

  show(values: string[]): void {
    this.order.forEach((s, i) => say(this.values[i], values[s] ?? "–"));
  }

  /** How many names are drawn as "other". */
  count(others: number, blended: boolean): void {
    const text = others ? `other (${grouped(others)} ${others === 1 ? "key" : "keys"}${blended ? ", mean" : ""}) ` : "other ";
    if (this.rest && this.rest.data !== text) this.rest.data = text;
  }

  ink(series: Series[]): void {
    this.order.forEach((s, i) => this.items[i]?.style.setProperty("--c", colorOf(series[s]?.color ?? 9)));
  }

  /** The box changed: there may be room for all. */
  fit(): void {
    this.sight.disconnect();
    this.unseen.clear();
    this.node.classList.remove("crowded");
    for (const item of this.list.children) this.sight.observe(item);
  }

  destroy(): void {
    this.sight.disconnect();
  }

  private build(series: Series[]): void {
    const single = series.length === 1 && this.only === "";
    this.values = [];
    this.rest = null;
    this.items = this.order.map(s => {
      const { name, color } = series[s], value = el("b"), label = document.createTextNode(`${name} `);
      this.values.push(value);
      if (color === 9) this.rest = label;
      const item = single ? el("span.solo", {}, el("span", {}, label), value) : el("button", { type: "button", title: `Show only ${name}`, onclick: () => this.toggle(name) }, el("span", {}, label), value);
      item.classList.toggle("off", this.only !== "" && this.only !== name);
      item.classList.toggle("rest", color === 9);
      item.dataset.name = name;
      return item;
    });
    this.hang();
    this.ink(series);
  }

  /** "other" is always in sight. */
  private hang(): void {
    const rest = this.items.filter(item => item.classList.contains("rest")), named = this.items.filter(item => !rest.includes(item));
    this.list.replaceChildren(...named);
    this.node.replaceChildren(this.list, this.more, ...rest);
    this.fit();
  }

  /** Once something is out of sight the number keeps its place: else it would come and go with the digits of a value. */
  private sighted(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting || !target.isConnected) this.unseen.delete(target);
      else this.unseen.add(target);
    }
    say(this.more, this.unseen.size ? `+${this.unseen.size}` : "");
    if (this.unseen.size) this.node.classList.add("crowded");
  }

  private turn(): void {
    const { scrollTop, clientHeight, scrollHeight } = this.list;
    this.list.scrollTop = scrollTop + clientHeight < scrollHeight - 1 ? scrollTop + clientHeight : 0;
  }

  private toggle(name: string): void {
    this.only = this.only === name ? "" : name;
    for (const item of this.items) item.classList.toggle("off", this.only !== "" && this.only !== item.dataset.name);
    this.shown(this.only);
  }
}

/** "other" stands last, whatever it is worth. */
function place(series: Series, latest: number): number {
  if (series.color === 9) return -Infinity;
  return Number.isFinite(latest) ? latest : -1e300;
}
