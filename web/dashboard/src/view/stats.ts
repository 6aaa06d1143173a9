// The stat row: key figures with their lines, and a menu each; more than five make more rows.
import type { PanelSpec, StatView } from "../messages.ts";
import { fixed } from "../words.ts";
import { el, icon, mark, say } from "./dom.ts";
import { spark } from "./draw.ts";
import { figure } from "./figures.ts";
import { ink } from "./ink.ts";
import { kFigures } from "./pack.ts";
import { titleOf, type OnMenu } from "./panels/panel.ts";

interface Cell { spec: PanelSpec; title: HTMLElement; menu: HTMLElement; term: HTMLElement; change: HTMLElement; value: HTMLElement; unit: HTMLElement; canvas: HTMLCanvasElement; node: HTMLElement }

export class Stats {
  readonly node = el("dl.stats");
  private cells = new Map<string, Cell>();
  private latest: StatView[] = [];
  private shape = "";

  constructor(private readonly onMenu: OnMenu) {
    this.node.setAttribute("aria-label", "Key figures");
    this.node.tabIndex = 0;
  }

  /** The figures to show, in order. */
  set(specs: PanelSpec[]): void {
    const shape = specs.map(spec => spec.id).join("\n");
    if (shape !== this.shape) this.build(specs);
    this.shape = shape;
    for (const spec of specs) this.entitle(this.cells.get(spec.id)!, spec);
  }

  nodeOf(id: string): HTMLElement | undefined {
    return this.cells.get(id)?.node;
  }

  update(views: StatView[]): void {
    this.latest = views;
    for (const view of views) {
      const cell = this.cells.get(view.id);
      if (!cell) continue;
      const { text, unit } = figure(view.value, view.unit, view.whole);
      say(cell.value, text);
      say(cell.unit, text === "–" ? "" : unit);
      mark(cell.term, "title", `${cell.spec.channel}, of the last ${view.during}`);
      say(cell.change, percent(view.change));
      spark(cell.canvas, view.line, { color: ink["text-2"], dot: true, hole: view.hole });
    }
  }

  ink(): void {
    this.update(this.latest);
  }

  private build(specs: PanelSpec[]): void {
    this.cells.clear();
    this.node.dataset.columns = String(Math.ceil(specs.length / Math.ceil(specs.length / kFigures)));
    this.node.replaceChildren(...specs.map(spec => this.open(spec).node));
    this.update(this.latest);
  }

  private entitle(cell: Cell, spec: PanelSpec): void {
    const title = spec.title || titleOf(spec, "");
    cell.spec = spec;
    say(cell.title, title);
    mark(cell.menu, "aria-label", `Menu of ${title}`);
  }

  private open(spec: PanelSpec): Cell {
    const change = el("i.change", { title: "against one window ago" }), value = el("span"), unit = el("i");
    const title = el("span"), canvas = el<HTMLCanvasElement>("canvas", { "aria-hidden": "true" }), term = el("dt", { title: spec.channel }, title);
    const menu = el<HTMLButtonElement>("button.btn.square.menu", { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.onMenu(cell.spec, menu) }, icon("dots"));
    const node = el(".stat", {}, term, el("dd.figure", {}, value, unit, change), el("dd.line", {}, canvas), el("dd.more", {}, menu));
    const cell: Cell = { spec, title, menu, term, change, value, unit, canvas, node };
    this.cells.set(spec.id, cell);
    return cell;
  }
}

function percent(share: number): string {
  if (!Number.isFinite(share) || Math.abs(share) > 9.99) return "";
  const value = share * 100, text = fixed(value, 1);
  return `${value > 0 && text !== "0.0" ? "+" : ""}${text} %`;
}
