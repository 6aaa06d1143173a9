// The page's table of contents: starts the Worker, wires the parts, and passes what is said from one to the other.
import { kNoBridge, type BridgeInfo, type ChannelView, type FromWorker, type PanelSpec, type View } from "../messages.ts";
import { banner, bannerKind, sparedBanner } from "./banners.ts";
import { commands, fillCard } from "./connect.ts";
import { Desk } from "./desk.ts";
import { $ } from "./dom.ts";
import { Hello } from "./hello.ts";
import { readInk } from "./ink.ts";
import { watchKeys, type Deed } from "./keys.ts";
import { kWindows } from "./layout.ts";
import { Loop, type Moment } from "./loop.ts";
import { closeMenu, openMenu } from "./menu.ts";
import { channelEntries, panelEntries, type Deeds } from "./panelmenu.ts";
import type { Panel } from "./panels/panel.ts";
import { Pill } from "./pill.ts";
import { Rail } from "./rail.ts";
import { ReceiptCard } from "./receipt.ts";
import { RecordPane } from "./recordpane.ts";
import { rename } from "./rename.ts";
import { Scrubber } from "./scrubber.ts";
import { ShareDialog } from "./share.ts";
import { bannerNode, Sheet } from "./sheet.ts";
import { kSpeeds, TopBar, type Controls } from "./topbar.ts";
import { watchTheme } from "./theme.ts";
import { EngineHandle } from "./worker.ts";

const kCut = 10_000;
const kStale = ["offline", "cut", "stale", "kafka", "closed"];

class App implements Controls {
  private info: BridgeInfo = kNoBridge;
  private channels: ChannelView[] = [];
  private playSpeed = 1;
  private bannerShown = "";
  private dragging = false;
  private past = false;
  private readonly engine = new EngineHandle("worker.js", message => this.heard(message), reason => this.failed(reason));
  private readonly desk = new Desk(command => this.engine.tell(command), () => this.relayout());
  private readonly sheet = new Sheet($("#sheet"), (spec, button) => this.panelMenu(spec, button), () => this.tellPanels());
  private readonly hello = new Hello();
  private readonly pill = new Pill();
  private readonly rail = new Rail((channel, button) => openMenu(button, `Menu of ${channel.title || channel.name}`, channelEntries(channel, this.desk.layout.panels, this.deeds)));
  private readonly receipt = new ReceiptCard();
  private readonly pane = new RecordPane(command => this.engine.tell(command));
  private readonly scrubber = new Scrubber({ seek: (at, dragging) => this.seek(at, dragging), live: () => this.live() });
  private readonly bar = new TopBar(this);
  private readonly sharing = new ShareDialog();
  private readonly theming = watchTheme(() => this.repaint());
  private readonly loop = new Loop({
    take: view => this.take(view), draw: (view, moment, slow) => this.draw(view, moment, slow), drawn: () => this.engine.tell({ do: "drawn" }),
  });
  private readonly deeds: Deeds = {
    reset: () => this.reset(),
    change: (id, change) => this.desk.change(id, change), replace: (id, spec) => this.replace(id, spec), add: spec => this.desk.add(spec),
    rename: id => this.rename(id), showRecords: channel => this.showRecords(channel), full: id => this.full(id),
    follow: channel => this.engine.tell({ do: "follow", channel }),
  };

  start(): void {
    readInk();
    watchKeys(deed => this.key(deed));
    this.wire();
    const base = new URL(".", document.baseURI), socket = new URL("ws", base);
    socket.protocol = socket.protocol === "https:" ? "wss:" : "ws:";
    const { span, startAt: at, layout, token, spared } = this.desk;
    this.engine.tell({ do: "open", url: socket.href, api: new URL("api/channels", base).href, span, at, panels: layout.panels, ...(token ? { token } : null) });
    this.relayout();
    if (spared) this.sheet.banner(sparedBanner(spared, () => this.sheet.banner(null)));
  }

  span(ms: number): void {
    this.desk.setSpan(ms);
    this.loop.hurry();
  }

  pause(): void {
    const { view } = this.loop;
    if (view?.mode === "past") this.play();
    else this.engine.tell({ do: "pause", on: view?.mode !== "paused" });
  }

  play(): void {
    const { view } = this.loop;
    if (view?.mode !== "past") return this.pause();
    this.engine.tell({ do: "play", speed: view.playing ? 0 : this.playSpeed });
  }

  speed(times: number): void {
    this.playSpeed = times;
    if (this.loop.view?.mode === "past") this.engine.tell({ do: "play", speed: times });
  }

  live(): void {
    this.desk.setAt(null);
    this.engine.tell({ do: "live" });
  }

  cut(): void {
    this.engine.tell({ do: "cut", ms: kCut });
  }

  share(): void {
    const { now, at } = this.loop.moment;
    this.sharing.open(this.desk.links(now, this.loop.view?.mode === "live" ? null : at));
  }

  theme(): void {
    this.theming.toggle();
  }

  keys(): void {
    $("#keys").click();
  }

  reset(): void {
    this.desk.reset();
  }

  search(): void {
    if (!$("#feed").getClientRects().length) this.show("records");
    this.pane.focus();
  }

  records(): void {
    this.show(document.body.dataset.view === "records" ? "panels" : "records");
  }

  private heard(message: FromWorker): void {
    if (message.is === "view") this.loop.receive(message.view);
    else if (message.is === "layout") this.desk.propose(message.channel, message.panels, message.fresh);
    else if (message.is === "bridge") this.described(message.info);
    else if (message.record) this.pane.open(message.record, this.info);
  }

  private described(info: BridgeInfo): void {
    this.info = info;
    this.rail.describe(info);
    fillCard($("#connect"), commands(info, false));
    this.hello.describe(info, matchMedia("(max-width: 719px)").matches);
  }

  private take(view: View): void {
    const { word } = view.status, past = view.mode === "past";
    this.sheet.update(view.panels, view.stats);
    if (view.channels) {
      this.rail.update((this.channels = view.channels), view.now, word === "closed");
      this.sheet.name(view.channels);
    }
    if (view.feed) this.pane.update(view.feed, past ? "past" : word === "offline" || word === "cut" ? "waiting" : "live");
    if (view.lane) this.scrubber.update(view.lane);
    this.bar.show(view, this.desk.span, this.playSpeed);
    this.bar.places(view.offsets);
    this.receipt.show(view.receipt, view.now);
    this.showBanner(view);
    $("#sheet").classList.toggle("stale", kStale.includes(word) && !past);
    this.greet(view);
    if (past && !view.playing && !this.dragging) this.desk.setAt(view.at);
    if (this.past && view.mode === "live") this.desk.setAt(null); // playback got there by itself, too
    this.past = past;
  }

  private draw(view: View, moment: Moment, slow: boolean): void {
    const held = this.scrubber.heldAt;
    this.sheet.draw({ at: moment.at, span: view.span, past: moment.past, slow, calm: moment.calm });
    if (slow || held !== null) this.scrubber.draw(view, moment.now, moment.at);
    if (!slow) return;
    this.pill.show({ ...view, now: moment.now, at: moment.at });
    this.bar.time(held ?? moment.at);
    if (this.hello.node.isConnected) this.hello.draw(moment.now, view.status.word === "live");
  }

  private relayout(): void {
    this.sheet.set(this.desk.layout.panels);
    this.tellPanels();
  }

  private tellPanels(): void {
    this.engine.tell({ do: "panels", panels: this.desk.layout.panels, visible: this.sheet.visible });
  }

  /** Chart paper and a line to paste, while there is nothing else. */
  private greet(view: View): void {
    const empty = view.status.channels === 0 && view.status.word === "live" && this.desk.layout.panels.every(spec => spec.hidden);
    $("#connect").hidden = empty || view.status.word === "closed";
    if (empty === this.hello.node.isConnected) return;
    if (empty) $("#sheet").append(this.hello.node);
    else this.hello.node.remove();
  }

  private showBanner(view: View): void {
    const kind = bannerKind(view), key = kind && kind + view.status.hint;
    if (key === this.bannerShown) return;
    this.bannerShown = key;
    this.sheet.banner(banner(kind, view, this.info, () => this.engine.tell({ do: "retry" })));
  }

  private failed(reason: string): void {
    this.sheet.banner(bannerNode("loss", "This page stopped.", [reason], null));
  }

  private seek(at: number, dragging: boolean): void {
    this.dragging = dragging;
    if (!dragging && at >= this.loop.moment.now) return this.live();
    if (!dragging) this.desk.setAt(at);
    this.engine.tell({ do: "seek", at, dragging });
    this.loop.hurry();
  }

  private panelMenu(spec: PanelSpec, button: HTMLElement): void {
    const channel = this.channels.find(c => c.name === spec.channel);
    openMenu(button, button.getAttribute("aria-label") ?? "Menu", panelEntries(spec, channel, this.deeds));
  }

  private showRecords(channel: string): void {
    this.pane.narrow(channel);
    this.show("records");
  }

  private replace(id: string, spec: PanelSpec): void {
    this.desk.replace(id, spec);
    this.sheet.focus(spec.id);
  }

  private rename(id: string): void {
    const spec = this.desk.layout.panels.find(panel => panel.id === id);
    if (spec) rename(this.sheet.titleOf(spec), title => this.desk.change(id, { title: title || undefined }));
  }

  private full(id: string): void {
    this.sheet.toggleFull(id);
    this.tellPanels();
  }

  private repaint(): void {
    readInk();
    this.sheet.ink();
    this.rail.ink();
    this.loop.hurry();
  }

  private show(view: "panels" | "records" | "channels"): void {
    document.body.dataset.view = view;
    for (const tab of $("#dock").children) tab.setAttribute("aria-selected", String((tab as HTMLElement).dataset.view === view));
  }

  private key(deed: Deed): void {
    const step = { back: -1000, on: 1000, back10: -10_000, on10: 10_000 }[deed as string], panel = this.sheet.focused;
    if (step !== undefined) this.seek(this.loop.moment.at + step, false);
    else if (deed.startsWith("window")) this.span(kWindows[Number(deed.slice(6))][1]);
    else if (deed === "slower" || deed === "faster") this.speed(kSpeeds[deed === "slower" ? 0 : kSpeeds.length - 1][1]);
    else if (deed === "next" || deed === "previous") this.sheet.step(deed === "next" ? 1 : -1);
    else if (deed === "menu" || deed === "full") this.onPanel(deed, panel);
    else (this as unknown as Record<string, () => void>)[deed]();
  }

  private onPanel(deed: "menu" | "full", panel: Panel | undefined): void {
    if (!panel) return;
    if (deed === "menu") $(".menu", panel.node).click();
    else this.full(panel.spec.id);
  }

  private wire(): void {
    $("#more").onclick = () => openMenu($("#more"), "More", this.bar.entries(this.loop.view, this.desk.span));
    $("#away").onclick = () => this.records();
    for (const tab of $("#dock").children) (tab as HTMLElement).onclick = () => this.show((tab as HTMLElement).dataset.view as "panels");
    document.addEventListener("visibilitychange", () => this.engine.tell({ do: "visible", page: !document.hidden }));
    addEventListener("pagehide", () => this.engine.tell({ do: "away", on: true }));
    addEventListener("pageshow", event => event.persisted && this.engine.tell({ do: "away", on: false }));
    addEventListener("hashchange", () => location.reload());
    addEventListener("keydown", event => {
      if (event.key !== "Escape") return;
      closeMenu(true);
      if (this.sheet.full) this.full(this.sheet.full);
    });
  }
}

new App().start();
