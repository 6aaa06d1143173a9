// A link to what is seen: panels, window, and the moment. Copied at once; the dialog shows it and offers the live one.
import { copy } from "./copy.ts";
import { clock } from "../words.ts";
import { el } from "./dom.ts";

export interface Links { moment: string; live: string; at: number }

export class ShareDialog {
  private readonly heading = el("h2", {}, "Share");
  private readonly text = el("p");
  private readonly field = el<HTMLInputElement>("input.link", { readOnly: true, "aria-label": "Link" });
  private readonly choice = el(".seg", { role: "radiogroup", "aria-label": "What the link shows" });
  private readonly dialog = el<HTMLDialogElement>("dialog.share", { "aria-label": "Share", tabIndex: -1 }, this.heading, this.choice, this.text, this.field, this.close());

  open(links: Links): void {
    if (!this.dialog.isConnected) document.body.append(this.dialog);
    const options: [string, string, string][] = [[`This moment, ${clock(links.at)}`, links.moment, "Whoever opens it sees these panels, this window, at this time."], ["Live", links.live, "Whoever opens it sees these panels and this window, live."]];
    const choose = async (i: number) => {
      [...this.choice.children].forEach((button, at) => button.setAttribute("aria-checked", String(at === i)));
      this.field.value = options[i][1];
      const done = await copy(options[i][1]);
      this.text.textContent = `${done ? "Copied." : "Copy it from here."} ${options[i][2]}`;
    };
    this.choice.replaceChildren(...options.map(([name], i) => el("button", { type: "button", role: "radio", onclick: () => void choose(i) }, name)));
    this.dialog.showModal();
    void choose(0).then(() => this.field.select());
  }

  private close(): HTMLElement {
    const button = el("button.btn.square.close", { type: "button", "aria-label": "Close" }, "×");
    button.onclick = () => this.dialog.close();
    return button;
  }
}
