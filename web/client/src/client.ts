// What `connect` gives: the connections, and which subscription rides on which. The first connection is the main one;
// another is made where a channel is wanted from another place, and goes when it has caught up.
import { Connection, type Surroundings } from "./connection.js";
import { Failure } from "./errors.js";
import { Events } from "./events.js";
import { Feed } from "./feed.js";
import { platform, type Cancel, type Host } from "./host.js";
import { Questions } from "./questions.js";
import { Sub, type Home } from "./subscription.js";
import type {
  ChannelInfo, Client, ClientEvents, From, Options, State, StateChange, Status, SubscribeOptions, Times, To,
} from "./types.js";

/** Characters of frames kept for a slow consumer. */
const HIGH_WATER = 4 << 20;

export class Tailrace extends Events<ClientEvents> implements Client, Surroundings, Home {
  status: Status | undefined;
  readonly url_: string;
  readonly highWater_: number;

  private readonly main_: Connection;
  private readonly others_ = new Set<Connection>();
  private readonly questions_: Questions;
  private readonly page_: Cancel[];
  suspended_ = false;
  /** The bridge's clock minus ours, from the exchange that took `trip_`. */
  private offset_ = 0;
  private trip_ = Infinity;

  constructor(
    url: string | URL,
    readonly options_: Options,
    readonly host_: Host = platform,
  ) {
    super();
    this.url_ = address(url);
    this.highWater_ = options_.highWater ?? HIGH_WATER;
    this.main_ = new Connection(this);
    this.questions_ = new Questions(this.main_, host_);
    this.page_ = this.watchPage_();
  }

  get state(): State {
    return this.main_.state_;
  }

  now(): number {
    return this.host_.now() + this.offset_;
  }

  subscribe(channel: string, { from = "live", position, raw }: SubscribeOptions = {}): Sub {
    return this.begin_(new Sub(this, { channel, start: from, position, raw }));
  }

  range(channel: string, from: From, to: To, { raw }: { raw?: boolean } = {}): Sub {
    return this.begin_(new Sub(this, { channel, start: from, to, raw }));
  }

  async channels(): Promise<ChannelInfo[]> {
    const channels: any[] = await this.questions_.ask_({ op: "channels" });
    const partition = ([partition, earliest, latest]: any[]) => ({ partition, earliest, latest });
    return channels.map((channel) => ({ ...channel, partitions: channel.partitions.map(partition) }));
  }

  times(channel: string, at: number[]): Promise<Times> {
    return this.questions_.ask_({ op: "times", channel, at });
  }

  suspend(): void {
    this.suspend_("suspended");
  }

  retry(): void {
    this.suspended_ = false;
    for (const connection of this.connections_()) connection.retry_();
  }

  close(): void {
    for (const cancel of this.page_.splice(0)) cancel();
    for (const connection of this.connections_()) connection.close_();
  }

  place_(sub: Sub): void {
    const shared = this.shared_(sub);
    sub.feed_ = shared ?? this.ownFeed_(sub);
    if (shared) shared.join_(sub);
    else sub.feed_.connection_.carry_(sub.channel_, sub.feed_);
  }

  merge_(sub: Sub): void {
    if (sub.feed_!.connection_ === this.main_) return;
    const shared = this.shared_(sub);
    if (!shared) return;
    sub.feed_!.leave_(sub);
    sub.feed_ = shared;
    shared.join_(sub);
  }

  changed_(connection: Connection, change: StateChange): void {
    if (connection === this.main_) this.emit_("state", change);
  }

  released_(connection: Connection): void {
    if (connection === this.main_ || connection.riders_.size) return;
    this.others_.delete(connection);
    connection.close_();
  }

  tell_<K extends keyof ClientEvents>(type: K, event: ClientEvents[K]): void {
    if (type === "status") this.status = event as Status;
    this.emit_(type, event);
  }

  /** The shorter the trip, the better the measurement; an old one counts for less and less. */
  clock_(sent: number, time: number): void {
    const now = this.host_.now();
    const trip = now - sent;
    if (!(trip <= this.trip_ * 2)) return void (this.trip_ *= 2);
    this.trip_ = trip;
    this.offset_ = time - (trip < Infinity ? now - trip / 2 : now);
  }

  private begin_(sub: Sub): Sub {
    if (this.state === "closed") sub.failed_(new Failure("closed", "the client is closed", false));
    else this.place_(sub);
    return sub;
  }

  private connections_(): Connection[] {
    return [this.main_, ...this.others_];
  }

  private shared_(sub: Sub): Feed | undefined {
    for (const { riders_ } of this.connections_()) {
      const feed = riders_.get(sub.channel_) as Feed | undefined;
      if (feed?.fits_(sub)) return feed;
    }
    return undefined;
  }

  private ownFeed_(sub: Sub): Feed {
    const free = ({ riders_, room_ }: Connection) => !riders_.has(sub.channel_) && riders_.size < room_;
    const connection = (!sub.to_ && this.connections_().find(free)) || this.another_();
    const feed = new Feed(connection, this.host_, sub);
    feed.followers_.add(sub);
    return feed;
  }

  private another_(): Connection {
    const connection = new Connection(this);
    this.others_.add(connection);
    return connection;
  }

  private suspend_(reason: string): void {
    this.suspended_ = true;
    for (const connection of this.connections_()) connection.suspend_(reason);
  }

  /** An open socket would keep the page out of the back/forward cache. */
  private watchPage_(): Cancel[] {
    let hidden = false;
    const each = (call: (connection: Connection) => void) => () => this.connections_().forEach(call);
    const hide = () => {
      hidden ||= !this.suspended_;
      if (hidden) this.suspend_("pagehide");
    };
    const show = () => {
      if (hidden) this.retry();
      hidden = false;
    };
    const { host_ } = this;
    return [
      host_.listen("online", each((connection) => connection.online_())),
      host_.listen("offline", each((connection) => connection.offline_())),
      host_.listen("pagehide", hide),
      host_.listen("pageshow", show),
    ];
  }
}

/** A WebSocket's address: relative ones are the page's; a folder's socket is its `ws`. */
function address(url: string | URL): string {
  const whole = new URL(url, globalThis.location?.href);
  whole.protocol = whole.protocol.replace("http", "ws");
  if (whole.pathname.endsWith("/")) whole.pathname += "ws";
  whole.hash = "";
  return whole.href;
}
