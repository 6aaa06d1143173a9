// Any panel's data as a table: for readers of screens, and for those who like numbers better.
import { el } from "./dom.ts";
import type { Panel } from "./panels/panel.ts";

const kEvery = 1000;
const shown = new Map<Panel, { node: HTMLElement; timer: ReturnType<typeof setInterval> }>();

/** Shows or hides the table over a panel's picture; it is renewed once a second. */
export function showTable(panel: Panel, on: boolean): void {
  const known = shown.get(panel);
  if (on === (known !== undefined)) return;
  panel.node.classList.toggle("tabled", on);
  if (known) return close(panel, known);
  const node = el(".grid-wrap.as-table", { tabIndex: 0, role: "region", "aria-label": "As a table" });
  const renew = () => (node.isConnected ? fillTable(panel, node) : close(panel, shown.get(panel)!));
  panel.node.append(node);
  shown.set(panel, { node, timer: setInterval(renew, kEvery) });
  fillTable(panel, node);
}

function close(panel: Panel, { node, timer }: { node: HTMLElement; timer: ReturnType<typeof setInterval> }): void {
  clearInterval(timer);
  node.remove();
  shown.delete(panel);
}

function fillTable(panel: Panel, node: HTMLElement): void {
  const { head, rows } = panel.table();
  const table = el("table.last.plain", {}, el("thead", {}, el("tr", {}, ...head.map(name => el("th", { scope: "col" }, name)))),
    el("tbody", {}, ...rows.map(([first, ...rest]) => el("tr", {}, el("th.name", { scope: "row" }, first), ...rest.map(text => el("td", {}, text))))));
  const { scrollTop } = node;
  node.replaceChildren(table);
  node.scrollTop = scrollTop;
}
