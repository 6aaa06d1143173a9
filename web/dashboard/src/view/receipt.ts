// What came back after an outage: how many, which offsets, nothing lost, how fast. Docked under the records.
import type { Receipt } from "../messages.ts";
import { grouped } from "../words.ts";
import { $, el, icon } from "./dom.ts";

const kShown = 12_000;

export class ReceiptCard {
  private readonly node = $("#receipt");
  private hideAt = 0;
  private dismissed = false;
  private content = "";

  /** A receipt, or null: nothing new to say. */
  show(receipt: Receipt | null, now: number): void {
    if (!receipt) {
      if (!this.node.hidden && now > this.hideAt) this.hide();
      return;
    }
    if (receipt.phase === "fill" && this.dismissed) return;
    this.dismissed = false;
    this.hideAt = receipt.phase === "done" ? now + kShown : 0;
    this.fill(receipt);
  }

  private hide(): void {
    this.node.hidden = true;
    this.content = "";
  }

  private fill(receipt: Receipt): void {
    const content = JSON.stringify(receipt);
    if (content === this.content) return;
    this.content = content;
    const done = receipt.phase === "done", { updates, total, lost } = receipt;
    const lead = done ? `${grouped(updates)} update${updates === 1 ? "" : "s"}` : total ? `${grouped(updates)} of ${grouped(total)} updates` : `${grouped(updates)} updates`;
    const close = el("button.btn.square", { type: "button", "aria-label": "Dismiss receipt", onclick: () => [(this.dismissed = true), this.hide()] }, icon("close"));
    this.node.replaceChildren(
      el(".lead", {}, el("small", {}, done ? "Recovered" : "Replaying"), el("b", {}, lead)),
      fact(offsetsName(receipt), offsets(receipt), receipt, "mono"), fact("lost", grouped(lost), null, lost ? "bad" : ""),
      fact(done ? "took" : "so far", took(receipt.took), null, ""), close,
      ...(done || !total ? [] : [el("progress", { max: total, value: updates, "aria-label": "Replay" })]));
    this.node.hidden = false;
  }
}

function fact(label: string, text: string, receipt: Receipt | null, tone: string): HTMLElement {
  const value = el("b", {}, text);
  if (tone) value.classList.add(tone);
  if (receipt) value.title = receipt.ranges.map(r => `${r.channel} p${r.partition}: ${grouped(r.from)} to ${grouped(r.next - 1)}`).join("\n");
  return el("div", {}, el("small", {}, label), value);
}

function offsetsName({ ranges }: Receipt): string {
  return ranges.length > 1 ? `offsets, p${largest(ranges).partition} of ${largest(ranges).channel}` : "offsets";
}

function offsets({ ranges }: Receipt): string {
  if (!ranges.length) return "–";
  const { from, next } = largest(ranges);
  return `${grouped(from)} to ${grouped(next - 1)}`;
}

function largest(ranges: Receipt["ranges"]): Receipt["ranges"][number] {
  return ranges.reduce((a, b) => (b.next - b.from > a.next - a.from ? b : a));
}

function took(ms: number): string {
  return ms < 10_000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}
