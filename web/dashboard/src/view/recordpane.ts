// The right rail: the feed, its search, the channel it is narrowed to, and one record in full.
import type { BridgeInfo, FeedView, RecordDetail, ToWorker } from "../messages.ts";
import { $, say } from "./dom.ts";
import { FeedList } from "./feedlist.ts";
import { recordNode } from "./record.ts";

export class RecordPane {
  private readonly node = $("#feed");
  private readonly search = $<HTMLInputElement>("#search");
  private readonly only = $<HTMLButtonElement>("#only");
  private readonly list: FeedList;
  private channel = "";

  constructor(private readonly tell: (command: ToWorker) => void) {
    this.list = new FeedList({ window: (first, rows, hold) => tell({ do: "feed", first, rows, hold }), open: id => tell({ do: "record", id }) });
    this.search.oninput = () => this.find();
    this.search.addEventListener("keydown", event => event.key === "Escape" && this.leave());
    this.only.onclick = () => this.narrow("");
  }

  update(view: FeedView, state: "live" | "waiting" | "past"): void {
    this.list.update(view, state);
  }

  focus(): void {
    this.search.focus();
  }

  /** Shows one channel's records only; empty shows all. */
  narrow(channel: string): void {
    this.channel = channel;
    this.only.hidden = channel === "";
    say($("span", this.only), channel);
    this.find();
  }

  open(record: RecordDetail, info: BridgeInfo): void {
    this.node.querySelector(".detail")?.remove();
    const detail = recordNode(record, info, () => this.close());
    this.node.classList.add("one");
    this.node.append(detail);
    $("button", detail).focus();
    detail.addEventListener("keydown", event => event.key === "Escape" && this.close());
  }

  private close(): void {
    this.node.querySelector(".detail")?.remove();
    this.node.classList.remove("one");
    this.list.node.focus();
  }

  private leave(): void {
    this.search.value = "";
    this.find();
    this.search.blur();
  }

  private find(): void {
    this.tell({ do: "search", text: this.search.value, channel: this.channel });
    this.list.toTop();
  }
}
