// The left rail: channels by the title that somebody gave them, else by name, with their pace and their fields.
import { kNoBridge, type BridgeInfo, type ChannelView } from "../messages.ts";
import { paced, spell } from "../words.ts";
import { $, el, mark, say } from "./dom.ts";
import { spark } from "./draw.ts";
import { ink } from "./ink.ts";

interface Item { node: HTMLElement; button: HTMLElement; name: HTMLElement; id: HTMLElement; rate: HTMLElement; number: Text; per: HTMLElement; canvas: HTMLCanvasElement; fields: HTMLElement }

export class Rail {
  private readonly list = $("#chan-list");
  private readonly count = $("#chan-count");
  private readonly cluster = $("#cluster");
  private items = new Map<string, Item>();
  private latest: ChannelView[] = [];
  private info: BridgeInfo = kNoBridge;

  constructor(private readonly onMenu: (channel: ChannelView, button: HTMLElement) => void) {}

  describe(info: BridgeInfo): void {
    this.info = info;
    this.title();
  }

  /** `over`: the connection is closed, and nothing is listed any more. */
  update(channels: ChannelView[], now: number, over: boolean): void {
    this.latest = channels;
    const known = new Set(channels.map(c => c.name));
    for (const [name, item] of this.items) if (!known.has(name)) this.remove(name, item);
    channels.forEach((channel, i) => this.put(channel, i, now));
    this.nothing(channels.length > 0 ? "" : over ? "Nothing. The connection is closed: no new topic is listed." : "Nothing yet. A new topic is listed here within seconds.");
    say(this.count, String(channels.length));
    this.title();
  }

  ink(): void {
    for (const channel of this.latest) this.draw(this.items.get(channel.name)!, channel);
  }

  private title(): void {
    const n = this.latest.length;
    if (!this.cluster.children.length) this.cluster.append(el("b"), el("span"));
    say(this.cluster.children[0], this.info.kafka);
    say(this.cluster.children[1], n ? `${n} channel${n > 1 ? "s" : ""}` : "no topics");
  }

  private put(channel: ChannelView, place: number, now: number): void {
    const item = this.items.get(channel.name) ?? this.open(channel.name);
    if (this.list.children[place] !== item.node) this.list.insertBefore(item.node, this.list.children[place] ?? null);
    const quiet = channel.rate === 0;
    item.button.classList.toggle("fresh", channel.fresh);
    say(item.name, channel.title || channel.name);
    say(item.id, !channel.title || channel.title.toLowerCase() === channel.name.toLowerCase() ? "" : channel.name);
    item.button.classList.toggle("aside", !channel.followed);
    item.rate.classList.toggle("none", quiet);
    const pace = quiet ? "quiet" : Number.isNaN(channel.rate) ? "–" : paced(channel.rate);
    if (item.number.data !== pace) item.number.data = pace;
    say(item.per, quiet || pace === "–" ? "" : "/s");
    const since = quiet && channel.quietSince ? `quiet for ${spell(now - channel.quietSince)}` : "";
    const fields = channel.note || (since && now - channel.quietSince > 30_000 ? since : channel.fields.join("  ·  ")) || (quiet ? "no records yet" : "");
    say(item.fields, fields);
    mark(item.fields, "title", fields);
    this.draw(item, channel);
  }

  private draw(item: Item, channel: ChannelView): void {
    spark(item.canvas, channel.line, { color: ink["text-2"], dot: true, zero: false, hole: channel.hole });
  }

  private open(name: string): Item {
    const canvas = el<HTMLCanvasElement>("canvas.chan-spark", { "aria-hidden": "true" }), number = document.createTextNode("");
    const per = el("i"), rate = el("span.chan-rate", {}, number, per), fields = el("span.chan-fields"), called = el("span.chan-name", {}, name), id = el("span.chan-id");
    const button = el("button.chan", { type: "button", title: name, "aria-haspopup": "menu", "aria-expanded": "false" }, el("span.chan-label", {}, called, id), rate, canvas, fields);
    button.onclick = () => {
      const channel = this.latest.find(c => c.name === name);
      if (channel) this.onMenu(channel, button);
    };
    const item = { node: el("li", {}, button), button, name: called, id, rate, number, per, canvas, fields };
    this.items.set(name, item);
    return item;
  }

  private remove(name: string, item: Item): void {
    item.node.remove();
    this.items.delete(name);
  }

  private nothing(text: string): void {
    const known = this.list.querySelector(".nothing");
    if (!text) known?.remove();
    else say(known ?? this.list.appendChild(el("li.nothing")), text);
  }
}
