// A ranking: names, bars, counts, shares; the rest last, without a bar.
import type { PanelView, TopView } from "../../messages.ts";
import { fixed, grouped } from "../../words.ts";
import { el, say, svg } from "../dom.ts";
import { Panel, type Frame } from "./panel.ts";

interface Line { node: HTMLElement; key: HTMLElement; bar: SVGElement; n: HTMLElement; share: HTMLElement }

const kShown = 8;

export class TopPanel extends Panel {
  private readonly list = el("ol.tops");
  private readonly lines: Line[] = [];
  private readonly rest = line("li.rest");
  private view: TopView | null = null;

  protected take(view: PanelView): void {
    if (view.kind !== "top") return;
    if (!this.list.isConnected) this.body.append(this.list);
    this.view = view;
    const most = view.rows[0]?.n ?? 1;
    while (this.lines.length < Math.min(kShown, view.rows.length)) this.append();
    this.lines.forEach((line, i) => {
      const row = view.rows[i];
      line.node.hidden = !row;
      if (row) put(line, row.name, row.n, row.n / most, row.n / view.total);
    });
    this.rest.node.hidden = view.rest === 0;
    if (view.rest) put(this.rest, `other (${view.exact ? "" : "over "}${grouped(view.others)} keys)`, view.rest, 0, view.rest / view.total);
    this.list.append(this.rest.node);
  }

  draw(_: Frame): void {
    this.dirty = false;
  }

  table(): { head: string[]; rows: string[][] } {
    const { rows, total, rest, others } = this.view ?? { rows: [], total: 1, rest: 0, others: 0 };
    const list = rows.map(row => [row.name, grouped(row.n), `${fixed((row.n / total) * 100, 1)} %`]);
    if (rest) list.push([`other (${grouped(others)} keys)`, grouped(rest), `${fixed((rest / total) * 100, 1)} %`]);
    return { head: [this.spec.group, "records", "share"], rows: list };
  }

  private append(): void {
    const fresh = line("li");
    this.lines.push(fresh);
    this.list.append(fresh.node);
  }
}

function line(tag: string): Line {
  const key = el("span.key"), n = el("span.n"), share = el("span.share"), bar = svg("rect", { height: 8, width: 0, class: "data-1" });
  const box = svg("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" }, bar);
  return { node: el(tag, {}, key, box as unknown as Node, n, share), key, bar, n, share };
}

function put({ key, bar, n, share }: Line, name: string, count: number, length: number, part: number): void {
  say(key, name);
  key.title = name;
  bar.setAttribute("width", (length * 100).toFixed(1));
  say(n, grouped(count));
  say(share, `${fixed(part * 100, 1)} %`);
}
