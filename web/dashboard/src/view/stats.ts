// The stat row: up to five key figures with their lines.
import type { PanelSpec, StatView } from "../messages.ts";
import { fixed } from "../words.ts";
import { el, say } from "./dom.ts";
import { spark } from "./draw.ts";
import { figure } from "./figures.ts";
import { ink } from "./ink.ts";

interface Cell { name: HTMLElement; change: HTMLElement; value: HTMLElement; unit: HTMLElement; canvas: HTMLCanvasElement; node: HTMLElement }

export const kStats = 5;

export class Stats {
  readonly node = el("dl.stats");
  private cells = new Map<string, Cell>();
  private latest: StatView[] = [];
  private shape = "";

  constructor() {
    this.node.setAttribute("aria-label", "Key figures");
    this.node.tabIndex = 0;
  }

  /** The figures to show, in order. */
  set(specs: PanelSpec[]): void {
    const shape = specs.map(spec => spec.id + spec.title).join("\n");
    if (shape === this.shape) return;
    this.shape = shape;
    this.cells.clear();
    this.node.dataset.count = String(specs.length);
    this.node.replaceChildren(...specs.map(spec => this.open(spec).node));
    this.update(this.latest);
  }

  update(views: StatView[]): void {
    this.latest = views;
    for (const view of views) {
      const cell = this.cells.get(view.id);
      if (!cell) continue;
      const { text, unit } = figure(view.value, view.unit, false);
      say(cell.value, text);
      say(cell.unit, text === "–" ? "" : unit);
      say(cell.change, percent(view.change));
      spark(cell.canvas, view.line, { color: ink["text-2"], dot: true, hole: view.hole });
    }
  }

  ink(): void {
    this.update(this.latest);
  }

  private open(spec: PanelSpec): Cell {
    const change = el("i", { title: "against one window ago" }), value = el("span"), unit = el("i");
    const canvas = el<HTMLCanvasElement>("canvas", { "aria-hidden": "true" }), name = el("span", {}, spec.title || nameOf(spec));
    const node = el(".stat", {}, el("dt", { title: spec.channel }, name, change), el("dd.figure", {}, value, unit), el("dd.line", {}, canvas));
    const cell = { name, change, value, unit, canvas, node };
    this.cells.set(spec.id, cell);
    return cell;
  }
}

function nameOf(spec: PanelSpec): string {
  return spec.field ? `${spec.field} ${spec.aggregate}` : `${spec.channel} ${spec.aggregate}`;
}

function percent(share: number): string {
  if (!Number.isFinite(share) || Math.abs(share) > 9.99) return "";
  const value = share * 100, text = fixed(value, 1);
  return `${value > 0 && text !== "0.0" ? "+" : ""}${text} %`;
}
