// A row of choices of which one is chosen: a radiogroup with arrows.
import { el } from "./dom.ts";

export interface Segment<T> { choose(value: T): void; idle(on: boolean): void }

export function segment<T>(node: HTMLElement, options: [string, T][], chosen: (value: T) => void): Segment<T> {
  const buttons = options.map(([name, value]) => el<HTMLButtonElement>("button", { type: "button", role: "radio", onclick: () => chosen(value) }, name));
  node.replaceChildren(...buttons);
  node.addEventListener("keydown", event => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    const next = buttons[(buttons.indexOf(document.activeElement as HTMLButtonElement) + by + buttons.length) % buttons.length];
    next.focus();
    next.click();
    event.preventDefault();
    event.stopPropagation();
  });
  return {
    choose(value) {
      const known = options.some(option => option[1] === value);
      buttons.forEach((button, i) => {
        const on = options[i][1] === value;
        button.setAttribute("aria-checked", String(on));
        button.tabIndex = on || (!known && i === 0) ? 0 : -1;
      });
    },
    idle: on => void node.classList.toggle("idle", on),
  };
}
