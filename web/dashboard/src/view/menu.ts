// Menus: one open at a time, at its button, with arrows, Escape and submenus that take the menu's place.
import { el, icon } from "./dom.ts";

export interface Item {
  name: string;
  value?: string;
  chosen?: boolean;
  disabled?: boolean;
  /** What a click does. */
  run?: () => void;
  /** Opens these instead. */
  items?: () => Entry[];
}
export type Entry = Item | "line";

let open: { node: HTMLElement; button: HTMLElement; leave: AbortController } | null = null;

export function closeMenu(focus = false): void {
  if (!open) return;
  const { node, button, leave } = open;
  open = null;
  leave.abort();
  node.remove();
  button.setAttribute("aria-expanded", "false");
  if (focus) button.focus();
}

/** Opens a menu under its button, or closes the one that is open there. */
export function openMenu(button: HTMLElement, label: string, entries: Entry[]): void {
  const again = open?.button === button;
  closeMenu();
  if (again) return;
  const node = el(".pop", { role: "menu", "aria-label": label }), leave = new AbortController(), { signal } = leave;
  fill(node, entries, null);
  document.body.append(node);
  place(node, button);
  open = { node, button, leave };
  button.setAttribute("aria-expanded", "true");
  node.querySelector<HTMLElement>("button:not(:disabled)")?.focus();
  node.addEventListener("keydown", event => keys(event, node), { signal });
  document.addEventListener("pointerdown", event => {
    if (!node.contains(event.target as Node) && !button.contains(event.target as Node)) closeMenu();
  }, { signal });
  addEventListener("resize", () => closeMenu(), { signal });
}

function fill(node: HTMLElement, entries: Entry[], back: Entry[] | null): void {
  const list = entries.map(entry => (entry === "line" ? el("hr") : itemNode(node, entry, entries)));
  if (back) list.unshift(el("button.pop-back", { type: "button", role: "menuitem", onclick: () => fill(node, back, null) }, icon("back"), "Back"));
  node.replaceChildren(...list);
  node.querySelector<HTMLElement>("[aria-checked=true], button:not(:disabled):not(.pop-back)")?.focus();
}

function itemNode(node: HTMLElement, item: Item, all: Entry[]): HTMLElement {
  const choice = item.chosen !== undefined;
  const button = el<HTMLButtonElement>("button", { type: "button", role: choice ? "menuitemradio" : "menuitem", disabled: item.disabled === true, title: item.name },
    el("span.item", {}, item.name), item.value !== undefined ? el("span.value", {}, item.value) : null, choice && item.chosen ? icon("check") : null);
  if (choice) button.setAttribute("aria-checked", String(item.chosen));
  if (item.items) button.setAttribute("aria-haspopup", "menu");
  button.onclick = () => {
    if (item.items) return fill(node, item.items(), all);
    closeMenu(true);
    item.run?.();
  };
  return button;
}

function keys(event: KeyboardEvent, node: HTMLElement): void {
  const list = [...node.querySelectorAll<HTMLElement>("button:not(:disabled)")], at = list.indexOf(document.activeElement as HTMLElement);
  const back = node.querySelector<HTMLElement>(".pop-back");
  if (event.key === "Escape") closeMenu(true);
  else if (event.key === "ArrowDown") list[(at + 1) % list.length]?.focus();
  else if (event.key === "ArrowUp") list[(at + list.length - 1) % list.length]?.focus();
  else if (event.key === "ArrowLeft" && back) back.click();
  else if (event.key === "ArrowRight" && list[at]?.getAttribute("aria-haspopup")) list[at].click();
  else if (event.key === "Tab") closeMenu(true);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Under the button, right edges aligned; moved in where the window ends. */
function place(node: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect(), { offsetWidth: w, offsetHeight: h } = node;
  const left = at.left < innerWidth / 2 - w && at.width > w ? at.left + 8 : at.right - w;
  node.style.left = `${Math.max(8, Math.min(innerWidth - w - 8, left))}px`;
  node.style.top = `${Math.max(8, Math.min(innerHeight - h - 8, at.bottom + 4))}px`;
}
