// The keyboard: one key, one thing; a list of them; one switch that turns single keys off.
import { $, el } from "./dom.ts";
import { keep, kept } from "./store.ts";

export type Deed = "pause" | "live" | "back" | "on" | "back10" | "on10" | "slower" | "faster" | "search" | "next" | "previous" | "menu" | "full" | "cut" | "share" | "theme" | "keys" | `window${number}`;

const kMap: Record<string, Deed> = {
  " ": "pause", l: "live", ArrowLeft: "back", ArrowRight: "on", "<": "slower", ">": "faster", "/": "search", j: "next", k: "previous",
  m: "menu", f: "full", x: "cut", s: "share", t: "theme", "?": "keys", "1": "window0", "2": "window1", "3": "window2", "4": "window3",
};

const kList: [string, ...string[]][] = [["Pause, resume", "space"], ["Back to live", "L"], ["Step one second", "←", "→"], ["Step ten", "shift ←", "→"], ["Speed", "<", ">"], ["Window 1 m to 1 h", "1", "4"],
  ["Search records", "/"], ["Next, previous panel", "J", "K"], ["Panel menu", "M"], ["Panel full screen", "F"], ["Cut connection", "X"], ["Share", "S"], ["Theme", "T"], ["This list", "?"]];

export function watchKeys(run: (deed: Deed) => void): void {
  const dialog = keysDialog();
  $("#keys").onclick = () => dialog.showModal();
  addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (typing(event.target) || (event.key.startsWith("Arrow") && hasArrows(event.target)) || kept("keys") === "off") return;
    const deed = deedOf(event);
    if (!deed || (event.key === " " && event.target instanceof HTMLButtonElement)) return;
    event.preventDefault();
    if (deed === "keys") dialog.showModal();
    else run(deed);
  });
}

function deedOf(event: KeyboardEvent): Deed | undefined {
  if (event.shiftKey && event.key === "ArrowLeft") return "back10";
  if (event.shiftKey && event.key === "ArrowRight") return "on10";
  return kMap[event.key.length === 1 ? event.key.toLowerCase() : event.key];
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Arrows scroll there. */
function hasArrows(target: EventTarget | null): boolean {
  const box = target instanceof Element ? target.closest("pre, .stats, .grid-wrap, .tree") : null;
  return box !== null && box.scrollWidth > box.clientWidth;
}

function keysDialog(): HTMLDialogElement {
  const off = kept("keys") === "off";
  const box = el<HTMLInputElement>("input", { type: "checkbox", checked: !off });
  box.onchange = () => keep("keys", box.checked ? "on" : "off");
  const close = el("button.btn.square.close", { type: "button", "aria-label": "Close" });
  const dialog = el<HTMLDialogElement>("dialog", { "aria-label": "Keyboard", tabIndex: -1 }, el("h2", {}, "Keyboard"),
    el("dl", {}, ...kList.map(([what, ...keys]) => el("div", {}, el("dt", {}, what), el("dd", {}, ...keys.map(key => el("kbd", {}, key)))))),
    el("label", {}, box, "Single-key shortcuts on"), close);
  close.append(document.createTextNode("×"));
  close.onclick = () => dialog.close();
  dialog.addEventListener("click", event => event.target === dialog && dialog.close());
  document.body.append(dialog);
  return dialog;
}
