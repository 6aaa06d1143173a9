// Asks for a panel's title. An empty one goes back to what the data says.
import { el } from "./dom.ts";

export function rename(title: string, done: (title: string) => void): void {
  const field = el<HTMLInputElement>("input.link", { value: title, maxLength: 120, "aria-label": "Title" });
  const form = el<HTMLFormElement>("form", { method: "dialog" }, el("h2", {}, "Rename panel"), field,
    el(".dialog-foot", {}, el("button.btn", { type: "button", onclick: () => dialog.close() }, "Cancel"), el("button.btn.solid-accent", { type: "submit" }, "Rename")));
  const dialog = el<HTMLDialogElement>("dialog.share", { "aria-label": "Rename panel" }, form);
  form.onsubmit = () => done(field.value.trim());
  dialog.onclose = () => dialog.remove();
  document.body.append(dialog);
  dialog.showModal();
  field.select();
}
