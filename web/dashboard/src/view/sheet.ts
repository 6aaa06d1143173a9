// The sheet: panels by their specifications, the stat row, the banner. Keeps nodes as long as their panel lives.
import type { ChannelView, PanelKind, PanelSpec, PanelView, StatView } from "../messages.ts";
import { el } from "./dom.ts";
import { pack, tall } from "./pack.ts";
import { HistogramPanel } from "./panels/histogram.ts";
import { LastPanel } from "./panels/last.ts";
import { NotePanel } from "./panels/note.ts";
import { titleOf, type Frame, type OnMenu, type Panel } from "./panels/panel.ts";
import { TimePanel } from "./panels/time.ts";
import { TopPanel } from "./panels/top.ts";
import { Stats } from "./stats.ts";
import { showTable } from "./tableview.ts";

type Maker = new (spec: PanelSpec, onMenu: OnMenu) => Panel;
const kMakers: Record<Exclude<PanelKind, "stat">, Maker> = { time: TimePanel, histogram: HistogramPanel, last: LastPanel, top: TopPanel, note: NotePanel };

/** Between what stands below each other. */
const kLine = 1;

export class Sheet {
  readonly panels = new Map<string, Panel>();
  private readonly stats: Stats;
  private readonly sight: IntersectionObserver;
  private readonly boxes: ResizeObserver;
  /** The panel that is shown alone, if any. */
  full = "";
  private views = new Map<string, PanelView>();
  private channels = new Map<string, ChannelView>();
  /** In the order of reading. */
  private shown: Panel[] = [];

  constructor(private readonly node: HTMLElement, private readonly onMenu: OnMenu, private readonly onSight: () => void) {
    this.stats = new Stats(onMenu);
    this.sight = new IntersectionObserver(entries => this.sighted(entries), { root: node, rootMargin: "80px" });
    this.boxes = new ResizeObserver(() => this.fit());
    this.boxes.observe(node);
  }

  /** Shows these panels, in this order. */
  set(specs: PanelSpec[]): void {
    const shown = specs.filter(spec => !spec.hidden), charts = shown.filter(spec => spec.kind !== "stat");
    const ids = new Set(charts.map(spec => spec.id));
    for (const [id, panel] of this.panels) if (!ids.has(id)) this.remove(id, panel);
    const spans = pack(charts);
    this.shown = charts.map((spec, i) => this.place(spec, spans[i]));
    this.setStats(shown.filter(spec => spec.kind === "stat"));
    this.order(this.shown.map(panel => panel.node));
    const lines = this.shown.filter((panel): panel is TimePanel => panel instanceof TimePanel);
    lines.forEach((panel, i) => (panel.leads = i === 0));
    this.fit();
  }

  update(views: PanelView[], stats: StatView[] | undefined): void {
    for (const view of views) {
      this.views.set(view.id, view);
      this.panels.get(view.id)?.update(view);
    }
    if (stats) this.stats.update(stats);
  }

  /** Panels out of sight have a title too, and so have those that come later. */
  name(channels: ChannelView[]): void {
    this.channels = new Map(channels.map(channel => [channel.name, channel]));
    for (const panel of this.shown) this.call(panel);
  }

  draw(frame: Frame): void {
    for (const panel of this.panels.values()) if (panel.visible) panel.draw(frame);
  }

  ink(): void {
    for (const panel of this.panels.values()) panel.ink();
    this.stats.ink();
  }

  /** Ids of the panels in sight: only these are worth data. */
  get visible(): string[] {
    return [...this.panels.values()].filter(panel => panel.visible).map(panel => panel.spec.id);
  }

  /** A banner above all, or none. */
  banner(node: HTMLElement | null): void {
    const old = this.node.querySelector(".banner");
    if (old) this.boxes.unobserve(old);
    old?.remove();
    if (node) {
      this.node.prepend(node);
      this.boxes.observe(node);
    }
    this.node.classList.toggle("has-banner", node !== null);
    this.fit();
  }

  /** What a panel is called now. */
  titleOf(spec: PanelSpec): string {
    return spec.title || titleOf(spec, this.channels.get(spec.channel)?.keyNoun ?? "key");
  }

  /** Moves the focus to the next panel in a direction. */
  step(by: number): void {
    const list = this.shown, at = list.findIndex(panel => panel.node.contains(document.activeElement));
    const next = list[Math.max(0, Math.min(list.length - 1, at + by))];
    next?.node.focus();
    next?.node.scrollIntoView({ block: "nearest" });
  }

  /** Moves the focus to the menu of a panel that took another's place. */
  focus(id: string): void {
    const panel = this.panels.get(id)?.node ?? this.stats.nodeOf(id);
    panel?.querySelector<HTMLElement>(".menu")?.focus();
  }

  /** One panel alone, or all again. */
  toggleFull(id: string): void {
    this.full = this.full === id ? "" : id;
    for (const panel of this.panels.values()) panel.node.classList.toggle("full", panel.spec.id === this.full);
    this.node.classList.toggle("one", this.full !== "");
    this.fit();
  }

  get focused(): Panel | undefined {
    return [...this.panels.values()].find(panel => panel.node.contains(document.activeElement));
  }

  private place(spec: PanelSpec, span: number): Panel {
    const known = this.panels.get(spec.id), panel = known ?? new kMakers[spec.kind as Exclude<PanelKind, "stat">](spec, this.onMenu);
    panel.spec = spec;
    panel.node.dataset.span = String(span);
    if (!known) this.adopt(spec.id, panel);
    const view = this.views.get(spec.id);
    if (view) panel.update(view);
    this.call(panel);
    showTable(panel, spec.table === true);
    return panel;
  }

  /** After a panel's own view, which is old when it is out of sight. */
  private call(panel: Panel): void {
    const channel = this.channels.get(panel.spec.channel);
    panel.called(channel?.title ?? "", channel?.keyNoun ?? "key");
  }

  private adopt(id: string, panel: Panel): void {
    this.panels.set(id, panel);
    this.sight.observe(panel.node);
  }

  private remove(id: string, panel: Panel): void {
    this.sight.unobserve(panel.node);
    if (this.full === id) this.toggleFull(id);
    panel.destroy();
    panel.node.remove();
    this.panels.delete(id);
    this.views.delete(id);
  }

  private setStats(specs: PanelSpec[]): void {
    this.stats.set(specs);
    this.node.classList.toggle("has-stats", specs.length > 0);
    if (specs.length === 0) this.stats.node.remove();
    else if (!this.stats.node.isConnected) this.node.prepend(this.stats.node);
    const banner = this.node.querySelector(".banner");
    if (banner) this.node.prepend(banner);
  }

  /** Puts nodes into their order, moving only what stands wrong: moving a focused node loses the focus. */
  private order(nodes: HTMLElement[]): void {
    let after: Element | null = this.stats.node.isConnected ? this.stats.node : this.node.querySelector(".banner");
    for (const node of nodes) {
      const right = after ? after.nextElementSibling : this.node.firstElementChild;
      if (right !== node) this.node.insertBefore(node, right);
      after = node;
    }
  }

  private sighted(entries: IntersectionObserverEntry[]): void {
    for (const entry of entries) {
      const panel = [...this.panels.values()].find(p => p.node === entry.target);
      panel?.seen(entry.isIntersecting);
    }
    this.onSight();
  }

  private fit(): void {
    const above = [...this.node.querySelectorAll<HTMLElement>(":scope > :is(.banner, .stats)")];
    const room = above.reduce((left, { offsetHeight }) => left - offsetHeight - kLine, this.node.clientHeight);
    this.node.style.setProperty("--tall", `${tall(room)}px`);
    for (const panel of this.panels.values()) panel.fit();
  }
}

/** `fine`: what a [Details] shows, and hides again. */
export function bannerNode(kind: "hold" | "loss", strong: string, text: (string | Node)[], button: HTMLElement | null, fine: string[] = []): HTMLElement {
  const list = fine.length ? el("ul.fine", { id: "fine", hidden: true }, ...fine.map(line => el("li", {}, line))) : null;
  const node = el(".banner", { role: "alert" }, el("span", {}, el("b", {}, `${strong} `), ...text), el("span.push"), button ?? (list && detailsOf(list)), list);
  node.dataset.kind = kind;
  node.classList.toggle("more", list !== null);
  return node;
}

function detailsOf(list: HTMLElement): HTMLElement {
  const button = el("button.btn.outlined", { type: "button", "aria-expanded": "false", "aria-controls": list.id }, "Details");
  button.onclick = () => {
    list.hidden = !list.hidden;
    button.setAttribute("aria-expanded", String(!list.hidden));
  };
  return button;
}
