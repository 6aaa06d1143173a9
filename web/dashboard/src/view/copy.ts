// A copy button for a block of code: a check mark for a moment says that it worked.
import { $, el, icon } from "./dom.ts";

const kShown = 1600;

/** Gives `.code` its copy button, or wires the one it has. */
export function copyable(code: HTMLElement): void {
  const button = code.querySelector<HTMLButtonElement>(".copy") ?? code.appendChild(el<HTMLButtonElement>("button.btn.square.copy", { type: "button", "aria-label": "Copy" }, icon("copy")));
  button.onclick = async () => {
    const done = await copy($("pre", code).textContent ?? "");
    button.replaceChildren(icon(done ? "check" : "close"));
    setTimeout(() => button.replaceChildren(icon("copy")), kShown);
  };
}

/** True when the text is on the clipboard. Plain http has no clipboard API: a selection does it then. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelection(text);
  }
}

function copySelection(text: string): boolean {
  const area = el<HTMLTextAreaElement>("textarea.visually-hidden", { value: text, "aria-hidden": "true" });
  const focused = document.activeElement as HTMLElement | null;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return done;
}
