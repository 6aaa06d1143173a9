// One record in full: its place, key, headers, its value as a tree, and the command that reads it again.
import type { BridgeInfo, RecordDetail } from "../messages.ts";
import { clock, grouped, moment } from "../words.ts";
import { copyable } from "./copy.ts";
import { el, icon } from "./dom.ts";

const kChildren = 100;
const kLongest = 2000;
const kOpen = 40;

export function recordNode(record: RecordDetail, info: BridgeInfo, close: () => void): HTMLElement {
  const back = el("button.btn.square", { type: "button", "aria-label": "Back to records", onclick: close }, icon("back"));
  const head = el(".detail-head", {}, back, el("b", {}, `p${record.partition} ${grouped(record.offset)}`), el("span.ch", {}, record.channel));
  const facts = el("dl.detail-facts", {},
    ...fact("key", record.key === null ? "none" : record.key === "" ? "empty" : cut(record.key)),
    ...fact("time", `${moment(record.t, Date.now()).replace(/\d\d:\d\d$/, "")}${clock(record.t, 3)}`),
    ...record.headers.flatMap(([name, value]) => fact(cut(name, 80), cut(value, 400))));
  const value = el(".tree", { tabIndex: 0, role: "group", "aria-label": "Value" }, record.form === "json" ? branch("", record.value, 0) : el("pre", {}, plain(record)));
  const note = record.note ? el("p.nothing", {}, record.note) : null;
  const command = el(".code", {}, el("pre", { tabIndex: 0 }, kcatCommand(record, info)));
  copyable(command);
  return el(".detail", {}, head, el(".detail-body", {}, facts, value, note), el(".detail-foot", {}, el("h3", {}, "Read it again"), command));
}

/** The line that prints this one record in a terminal. */
export function kcatCommand(record: Pick<RecordDetail, "topic" | "partition" | "offset">, info: Pick<BridgeInfo, "kafka">): string {
  return `kcat -C -b ${quoted(info.kafka || "localhost:9092")} \\\n  -t ${quoted(record.topic)} -p ${record.partition} \\\n  -o ${record.offset} -c 1 -e -J`;
}

/** Safe in a shell, whatever a topic is called. */
export function quoted(text: string): string {
  return /^[\w.:,@%+=/-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
}

function fact(name: string, value: string): HTMLElement[] {
  return [el("dt", {}, name), el("dd", {}, value)];
}

function plain(record: RecordDetail): string {
  if (record.form === "deleted") return "Deleted: this record has no value.";
  return record.value === null ? "" : String(record.value);
}

/** A node of the tree. Children are made when it is opened, and no more than a hundred at a time. */
function branch(name: string, value: unknown, depth: number): HTMLElement {
  if (value === null || typeof value !== "object") return leaf(name, value);
  const names = Array.isArray(value) ? null : Object.keys(value), size = names?.length ?? (value as unknown[]).length;
  const kids = el("ul"), label = el("button.twig", { type: "button", "aria-expanded": "false" }, name ? el("span.name", {}, cut(name, 80)) : null,
    el("i", {}, names ? `{ ${size} }` : `[ ${size} ]`));
  let shown = 0;
  const more = () => {
    const until = Math.min(size, shown + kChildren);
    kids.querySelector(".more")?.remove();
    for (; shown < until; shown++) kids.append(el("li", {}, branch(names ? names[shown] : String(shown), names ? (value as Record<string, unknown>)[names[shown]] : (value as unknown[])[shown], depth + 1)));
    if (shown < size) kids.append(el("li.more", {}, el("button.btn", { type: "button", onclick: more }, `${grouped(size - shown)} more`)));
  };
  const open = (on: boolean) => {
    label.setAttribute("aria-expanded", String(on));
    kids.hidden = !on;
    if (on && shown === 0) more();
  };
  label.onclick = () => open(kids.hidden === true);
  open(depth < 3 && size <= kOpen);
  return el(".branch", {}, label, kids);
}

function leaf(name: string, value: unknown): HTMLElement {
  const text = typeof value === "string" ? `"${cut(value)}"` : String(value);
  const node = el("b", {}, text);
  node.dataset.type = value === null ? "null" : typeof value;
  return el(".leaf", {}, name ? el("span.name", {}, cut(name, 80)) : null, node, typeof value === "number" && !Number.isSafeInteger(value) && Number.isInteger(value) ? el("em", { title: "Beyond 2^53: the page shows it rounded; the bridge sent it exactly." }, "rounded") : null);
}

function cut(text: string, most = kLongest): string {
  return text.length > most ? `${text.slice(0, most)}… (${grouped(text.length)} characters)` : text;
}
