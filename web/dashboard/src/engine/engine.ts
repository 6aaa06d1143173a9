// The Worker's table of contents: link, directory, live side, past, lane, painter, and the commands of the page.
import type { ChannelInfo, Status } from "tailrace";
import type { BridgeInfo, FromWorker, Mode, PanelSpec, Receipt, ToWorker, View } from "../messages.ts";
import { Backfill } from "./backfill.ts";
import type { Channel } from "./channel.ts";
import { Directory } from "./directory.ts";
import type { Episode } from "./episode.ts";
import { infer } from "./infer.ts";
import { Lane } from "./lane.ts";
import { Link } from "./link.ts";
import { Live } from "./live.ts";
import { Painter, type Shown } from "./painter.ts";
import { Palette } from "./palette.ts";
import { kLead, Past } from "./past.ts";
import { statusOf } from "./status.ts";
import { Timeline } from "./timeline.ts";
import type { Track } from "./track.ts";

type Open = Extract<ToWorker, { do: "open" }>;
/** Records after which a channel is looked at again: hundreds of keys look like one key per record at first. */
const kThresholds = [1, 10, 100, 1000, 3000, 10_000];

export class Engine {
  mode: Mode = "live";
  private span: number;
  private panels: PanelSpec[];
  private visible = new Set<string>();
  private pausedAt = 0;
  private pausedRecords = 0;
  private feedWindow = { first: 0, rows: 20, hold: false };
  private feedChannel = "";
  /** The moment that the address asked for, until it can be shown. */
  private startAt: number | null;
  private lastReceipt: Receipt | null = null;
  private inferred = new Map<string, { ids: string; next: number }>();
  private readonly wanted: Set<string>;
  private readonly palette = new Palette();
  private readonly directory = new Directory();
  private readonly link: Link;
  private readonly live: Live;
  private readonly past: Past;
  private readonly lane: Lane;
  private readonly painter: Painter;
  private readonly backfill: Backfill;

  constructor(open: Open, private readonly post: (message: FromWorker) => void, private readonly changed: () => void) {
    this.span = open.span;
    this.panels = this.palette.lend(open.panels);
    this.wanted = new Set(open.panels.filter(spec => !spec.hidden).map(spec => spec.channel));
    for (const name of this.wanted) this.directory.linked.add(name);
    this.link = new Link(open.url, open.api, open.token, {
      channels: list => this.listed(list),
      info: info => this.described(info),
      kafka: (unreachable, since) => this.live.faults.kafka(unreachable, since),
      told: status => this.told(status),
      changed,
    });
    const followed = () => [...this.live.watches.values()].map(watch => watch.channel);
    this.live = new Live(this.link, new Timeline(true, this.span), {
      began: track => this.begun(track), left: () => this.left(),
      arrived: channel => this.arrived(channel), recovered: episode => this.recovered(episode), changed,
    });
    this.past = new Past(this.link, followed, () => this.panels, this.span, { changed, arrivedAtLive: () => this.goLive() });
    this.lane = new Lane(this.link, followed, changed);
    this.lane.setSpan(this.span);
    this.painter = new Painter(name => this.directory.channels.get(name));
    this.backfill = new Backfill(this.link, changed);
    this.startAt = open.at;
    this.link.start();
  }

  do(command: ToWorker): void {
    switch (command.do) {
      case "panels": return this.setPanels(command.panels, new Set(command.visible));
      case "span": return this.setSpan(command.span);
      case "pause": return this.pause(command.on);
      case "seek": return this.seek(command.at, command.dragging);
      case "play": return this.past.play(command.speed);
      case "live": return this.goLive();
      case "cut": return this.link.cut(command.ms);
      case "retry": return this.link.retry();
      case "away": return this.link.away(command.on);
      case "feed": return this.setFeed(command);
      case "search": return this.search(command.text, command.channel);
      case "record": return this.record(command.id);
      case "follow": return this.follow(command.channel);
      default:
    }
  }

  /** Moves clocks on; called ten times a second and more. */
  tick(): void {
    const now = this.link.client.now();
    if (this.mode === "past") this.past.tick();
    this.directory.age(now);
    this.live.faults.tick();
    if (this.link.downSince === 0) this.lane.tick(now, this.shown(now).at);
  }

  view(): View {
    const now = this.link.client.now(), shown = this.shown(now), { painter } = this, frozen = this.mode === "paused";
    const specs = this.panels.filter(spec => !spec.hidden && (spec.kind === "stat" || this.visible.has(spec.id)));
    const { feedWindow: f } = this, { episode } = this.live.faults, name = this.feedChannel || this.panels.find(spec => !spec.hidden)?.channel || "";
    const track = shown.timeline.tracks.get(name);
    shown.timeline.feed.hold(f.hold || frozen);
    return {
      now, at: shown.at, mode: this.mode, speed: this.past.playing ? this.past.speed : 0, playing: this.past.playing, span: this.span,
      held: frozen ? this.live.records - this.pausedRecords : 0, loading: shown.loading,
      status: statusOf(this.link, this.live, this.directory.listed.length),
      panels: frozen ? [] : painter.panels(specs, shown),
      ...(!frozen && painter.is("stats", now) ? { stats: painter.stats(specs, shown) } : null),
      ...(painter.is("channels", now) ? { channels: painter.channels(this.directory.listed, c => this.live.watches.has(c), c => this.live.paceOf(c, now), frozen ? { ...shown, at: now } : shown), offsets: { channel: name, rows: places(track?.places) } } : null),
      ...(painter.is("feed", now) ? { feed: shown.timeline.feed.view(f.first, f.rows) } : null),
      ...(painter.is("lane", now) ? { lane: this.lane.view(now, shown.at) } : null),
      receipt: episode?.replaying ? episode.view(now) : this.receipt(),
    };
  }

  private receipt(): Receipt | null {
    const receipt = this.lastReceipt;
    this.lastReceipt = null;
    return receipt;
  }

  private shown(now: number): Shown {
    const past = this.mode === "past", span = this.span;
    return {
      timeline: past ? this.past.timeline : this.live.timeline, mode: this.mode, span, now, late: channel => (past ? 0 : Math.min(this.live.late(channel), span / 2)),
      at: past ? this.past.at : this.mode === "paused" ? this.pausedAt : now,
      loading: past ? this.past.loading : this.backfill.open, front: channel => (past ? (this.past.seeking ? -Infinity : Infinity) : this.live.fillFront(channel)),
    };
  }

  private listed(list: ChannelInfo[]): void {
    const followed = new Set(this.live.watches.keys()), now = this.link.client.now();
    const { more, gone } = this.directory.update(list, followed, this.wanted, now);
    for (const name of gone) this.live.unfollow(name);
    for (const channel of more) this.begin(channel);
    if (this.link.kafkaDownSince === 0) this.directory.refuse(this.wanted, list, followed);
    if (this.startAt !== null && this.live.watches.size) this.seek(this.startAt, false);
    this.changed();
  }

  private begin(channel: Channel): void {
    this.live.follow(channel, this.backfill.affordable(channel.rate, (this.span * kLead) / 1000));
    this.live.timeline.setPanels(this.panels, this.span);
    this.lane.refresh();
    if (this.mode === "past") this.past.met();
  }

  private begun(track: Track): void {
    const fresh = this.live.timeline.setPanels(this.panels, this.span), ids = [...track.aggregators.keys()], now = this.link.client.now();
    track.refill(fresh.get(track.channel.name) ?? [], now - this.span * kLead, now + 2000);
    this.backfill.prune(this.live.timeline.tracks);
    if (ids.length) this.older(track, ids, true); // else its panels come soon
  }

  private left(): void {
    this.backfill.prune(this.live.timeline.tracks);
    this.changed();
  }

  private described(info: BridgeInfo): void {
    this.directory.hint(info);
    this.post({ is: "bridge", info });
    for (const { channel } of this.live.watches.values()) if (this.inferred.has(channel.name)) this.suggest(channel);
    this.changed();
  }

  private told(status: Status): void {
    this.directory.channels.get(status.channel ?? "")?.told(status);
    this.changed();
  }

  private arrived(channel: Channel): void {
    this.propose(channel);
    this.changed();
  }

  /** Makes panels from what the data is, again as more of it is known. */
  private propose(channel: Channel): void {
    const { records } = channel.profile, known = this.inferred.get(channel.name) ?? { ids: "", next: 0 };
    if (records < (kThresholds[known.next] ?? Infinity)) return;
    while (records >= (kThresholds[known.next] ?? Infinity)) known.next++;
    this.inferred.set(channel.name, known);
    this.suggest(channel);
  }

  private suggest(channel: Channel): void {
    const known = this.inferred.get(channel.name)!, panels = infer(channel.name, channel.profile), ids = panels.map(spec => spec.id).join();
    if (ids !== known.ids) this.post({ is: "layout", channel: channel.name, panels, fresh: channel.fresh });
    known.ids = ids;
  }

  private recovered(episode: Episode): void {
    this.lastReceipt = episode.view(this.link.client.now());
    this.lane.refresh();
    this.changed();
  }

  private setPanels(panels: PanelSpec[], visible: Set<string>): void {
    const more = [...visible].some(id => !this.visible.has(id));
    for (const { channel, hidden } of panels) if (!hidden) this.wanted.add(channel);
    this.panels = this.palette.lend(panels);
    this.visible = visible;
    const fresh = this.live.timeline.setPanels(this.panels, this.span);
    this.backfill.prune(this.live.timeline.tracks);
    for (const [name, ids] of fresh) this.fill(name, ids, false);
    if (this.mode === "past") this.past.setPanels();
    if (this.mode === "paused" && more) this.seek(this.pausedAt, false); // what comes into sight shows that moment too
    this.painter.refresh();
    this.changed();
  }

  /** Gives new aggregates what is known already: rows first, older history from the bridge. */
  private fill(name: string, ids: string[], pace: boolean): void {
    const track = this.live.timeline.tracks.get(name), now = this.link.client.now();
    if (!track || track.begun === Infinity) return;
    track.refill(ids, now - this.span * kLead, now + 2000);
    this.older(track, ids, pace);
  }

  private older(track: Track, ids: string[], pace: boolean): void {
    const now = this.link.client.now();
    this.backfill.fill(track, ids, now - this.span * kLead, now, this.span, pace);
  }

  private setSpan(span: number): void {
    if (span === this.span) return;
    const paused = this.mode === "paused";
    this.span = span;
    this.lane.setSpan(span);
    const fresh = this.live.timeline.setPanels(this.panels, span), now = this.link.client.now();
    for (const [name, ids] of fresh) {
      this.live.timeline.tracks.get(name)?.refillPace(now - span, now);
      this.fill(name, ids, true);
    }
    this.past.setSpan(span, this.mode === "past");
    if (paused) this.seek(this.pausedAt, false);
    this.painter.refresh();
    this.changed();
  }

  private pause(on: boolean): void {
    if (this.mode === "past") return this.past.play(on ? 0 : this.past.speed);
    this.mode = on ? "paused" : "live";
    this.startAt = null;
    this.pausedAt = this.link.client.now();
    this.pausedRecords = this.live.records;
    this.setFeed(this.feedWindow);
  }

  private seek(at: number, dragging: boolean): void {
    const now = this.link.client.now();
    const leaves = this.mode !== "past";
    this.startAt = null;
    if (leaves) this.past.play(0);
    this.mode = "past";
    this.past.seek(Math.min(at, now - 1), dragging, leaves ? this.live.timeline : null);
    this.painter.refresh();
    this.changed();
  }

  private goLive(): void {
    if (this.mode === "past") this.past.end();
    this.startAt = null;
    this.mode = "live";
    this.painter.refresh();
    this.changed();
  }

  private setFeed(window: { first: number; rows: number; hold: boolean }): void {
    this.feedWindow = window;
    this.painter.refresh();
    this.changed();
  }

  private search(text: string, channel: string): void {
    this.feedChannel = channel;
    this.live.timeline.feed.search(text, channel);
    this.past.search(text, channel);
    this.setFeed(this.feedWindow);
  }

  private record(id: number): void {
    const record = this.shown(0).timeline.feed.detail(id, name => this.directory.channels.get(name)?.topic ?? name);
    this.post({ is: "record", id, record });
  }

  private follow(name: string): void {
    for (const names of [this.wanted, this.directory.linked]) names.add(name);
    const channel = this.directory.channels.get(name);
    if (channel && !this.live.watches.has(name)) this.begin(channel);
  }
}

function places(map: Map<number, number> | undefined): { partition: number; offset: number }[] {
  return [...(map ?? [])].sort((a, b) => a[0] - b[0]).map(([partition, offset]) => ({ partition, offset }));
}
