// The last value of every key, as a table. A cell flashes when it moved by two hundredths of its range or more.
import type { LastView, PanelSpec, PanelView } from "../../messages.ts";
import { el, say, svg } from "../dom.ts";
import { columnScale, digitsOf, short } from "../figures.ts";
import { fixed } from "../../words.ts";
import { Panel, type Frame, type OnMenu } from "./panel.ts";

interface Cell { node: HTMLElement; text: HTMLElement; bar: SVGElement | null; value: number; flashed: number }
interface Line { node: HTMLElement; cells: Cell[]; age: HTMLElement; t: number }

const kFlash = 900;

export class LastPanel extends Panel {
  private readonly head = el("tr");
  private readonly columns = el("colgroup");
  private readonly rows = el("tbody");
  private readonly more = el("p.nothing");
  private lines = new Map<string, Line>();
  private shape = "";
  private view: LastView | null = null;
  private wide = 480;

  constructor(spec: PanelSpec, onMenu: OnMenu) {
    super(spec, onMenu);
    const table = el("table.last", {}, this.columns, el("thead", {}, this.head), this.rows);
    this.body.append(el(".grid-wrap", { tabIndex: 0, role: "region", "aria-label": "Last values" }, table, this.more));
  }

  protected take(view: PanelView): void {
    if (view.kind !== "last") return;
    const first = this.view === null;
    view.fields.length = this.room(view);
    const shape = view.noun + view.fields.map(f => f.name + columnScale(f.max, f.unit).unit).join("\n");
    if (shape !== this.shape) this.reshape(view, shape);
    this.view = view;
    const known = new Set(view.rows.map(row => row.key));
    for (const [key, line] of this.lines) if (!known.has(key)) this.remove(key, line);
    view.rows.forEach((row, i) => this.put(row, i, first));
    this.more.hidden = view.more === 0;
    say(this.more, `and ${view.more.toLocaleString("en")} more`);
  }

  /** Only ages move on their own. */
  draw({ at, slow }: Frame): void {
    if (!slow) return;
    for (const line of this.lines.values()) say(line.age, age(at - line.t));
  }

  table(): { head: string[]; rows: string[][] } {
    const { fields, rows, noun } = this.view ?? { fields: [], rows: [], noun: "key" };
    return {
      head: [noun, ...fields.map(f => f.name)],
      rows: rows.map(row => [row.key, ...row.values.map((v, i) => short(v, fields[i].unit, fields[i].whole))]),
    };
  }

  private reshape(view: LastView, shape: string): void {
    this.shape = shape;
    this.lines.clear();
    this.rows.replaceChildren();
    const names = headings(view);
    this.head.replaceChildren(el("th", { scope: "col" }, view.noun), ...names.map(name => el("th", { scope: "col", title: name }, name)), el("th", { scope: "col" }, "age"));
    this.size(widthsOf(view));
  }

  override fit(): void {
    this.wide = this.node.clientWidth || this.wide;
  }

  /** How many fields fit. */
  private room(view: LastView): number {
    const { wide } = this, widths = widthsOf(view);
    let n = view.fields.length;
    while (n > 1 && widths.slice(0, n + 1).reduce((a, b) => a + b, 0) + widths[widths.length - 1] > wide) n--;
    return n;
  }

  /** Widths in proportion to what stands in the columns, so that no value makes them move. */
  private size(widths: number[]): void {
    const sum = widths.reduce((a, b) => a + b, 0);
    this.columns.replaceChildren(...widths.map(width => {
      const column = el("col");
      column.style.width = `${((width / sum) * 100).toFixed(1)}%`;
      return column;
    }));
  }

  private put(row: LastView["rows"][number], place: number, quiet: boolean): void {
    const line = this.lines.get(row.key) ?? this.open(row.key);
    if (this.rows.children[place] !== line.node) this.rows.insertBefore(line.node, this.rows.children[place] ?? null);
    line.t = row.t;
    line.cells.forEach((cell, i) => this.set(cell, row.values[i], i, quiet));
  }

  private set(cell: Cell, value: number, i: number, quiet: boolean): void {
    const field = this.view!.fields[i], old = cell.value;
    if (Object.is(old, value)) return;
    cell.node.classList.toggle("none", !Number.isFinite(value));
    cell.value = value;
    say(cell.text, text(value, field));
    const range = field.max - field.min;
    if (cell.bar) this.meter(cell.bar, value, field);
    else if (!quiet && Number.isFinite(old) && range > 0 && Math.abs(value - old) >= range * 0.02) flash(cell, value > old);
  }

  private meter(bar: SVGElement, value: number, field: LastView["fields"][number]): void {
    const top = field.unit === "%" ? 100 : field.max || 1, share = Math.max(0, Math.min(100, (value / top) * 100));
    bar.setAttribute("width", Number.isFinite(share) ? share.toFixed(1) : "0");
    bar.setAttribute("class", `seq-${Math.min(7, 3 + Math.floor(share / 20))}`);
  }

  private open(key: string): Line {
    const cells = this.view!.fields.map((_, i) => (i === 0 && metered(this.view!, 0) ? meterCell() : plainCell()));
    const age = el("td");
    const node = el("tr", {}, el("th.name", { scope: "row", title: key }, key), ...cells.map(cell => cell.node), age);
    const line = { node, cells, age, t: 0 };
    this.lines.set(key, line);
    return line;
  }

  private remove(key: string, line: Line): void {
    line.node.remove();
    this.lines.delete(key);
  }
}

function headings(view: LastView): string[] {
  return view.fields.map(f => `${f.name} ${columnScale(f.max, f.unit).unit}`.trim());
}

/** What the columns want: key, fields, age. */
function widthsOf(view: LastView): number[] {
  const key = Math.max(8, Math.min(20, Math.max(0, ...view.rows.map(row => row.key.length))));
  const meter = view.fields.length > 0 && metered(view, 0);
  return [key * 7.3 + 24, ...headings(view).map((name, i) => (i === 0 && meter ? 112 : Math.max(56, name.length * 6 + 20))), 56];
}

/** A bar only makes sense where zero is the ground. */
function metered(view: LastView, i: number): boolean {
  return view.fields[i].min >= 0;
}

function plainCell(): Cell {
  const node = el("td");
  return { node, text: node, bar: null, value: Infinity, flashed: 0 };
}

function meterCell(): Cell {
  const bar = svg("rect", { height: 8, width: 0 }), text = el("span");
  const node = el("td", {}, el(".meter", {}, svg("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" }, bar), text));
  return { node, text, bar, value: Infinity, flashed: 0 };
}

function text(value: number, field: LastView["fields"][number]): string {
  if (!Number.isFinite(value)) return "–";
  const { by } = columnScale(field.max, field.unit);
  return fixed(value / by, digitsOf(field.max / by, field.whole && by === 1));
}

function flash(cell: Cell, up: boolean): void {
  const now = performance.now();
  cell.node.dataset.dir = up ? "▲" : "▼";
  if (now - cell.flashed < kFlash / 2) return;
  cell.flashed = now;
  cell.node.classList.add("flash");
  cell.node.dataset.beat = cell.node.dataset.beat === "odd" ? "even" : "odd"; // another name starts the fade again, without a layout
}

function age(ms: number): string {
  const s = Math.max(0, ms) / 1000;
  if (s < 100) return `${s.toFixed(1)} s`;
  return s < 5400 ? `${Math.round(s / 60)} min` : `${Math.round(s / 3600)} h`;
}
