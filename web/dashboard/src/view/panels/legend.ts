// Names and values above a chart. Sorted once, by value, so that reading it stays possible; a click shows one alone.
import type { Series } from "../../messages.ts";
import { grouped } from "../../words.ts";
import { el, say } from "../dom.ts";
import { colorOf } from "../ink.ts";

export class Legend {
  readonly node = el(".legend");
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
    this.order.forEach((s, i) => (this.node.children[i] as HTMLElement)?.style.setProperty("--c", colorOf(series[s]?.color ?? 9)));
  }

  private build(series: Series[]): void {
    const single = series.length === 1;
    this.values = [];
    this.rest = null;
    this.node.replaceChildren(...this.order.map(s => {
      const { name, color } = series[s], value = el("b"), label = document.createTextNode(`${name} `);
      this.values.push(value);
      if (color === 9) this.rest = label;
      const item = single ? el("span.solo", {}, label, value) : el("button", { type: "button", title: `Show only ${name}`, onclick: () => this.toggle(name) }, label, value);
      item.classList.toggle("off", this.only !== "" && this.only !== name);
      item.classList.toggle("rest", color === 9);
      item.dataset.name = name;
      return item;
    }));
    this.ink(series);
  }

  private toggle(name: string): void {
    this.only = this.only === name ? "" : name;
    for (const item of this.node.children) item.classList.toggle("off", this.only !== "" && this.only !== (item as HTMLElement).dataset.name);
    this.shown(this.only);
  }
}

/** "other" stands last, whatever it is worth. */
function place(series: Series, latest: number): number {
  if (series.color === 9) return -Infinity;
  return Number.isFinite(latest) ? latest : -1e300;
}
