// What `connect` gives: the connections, and which subscription rides on which. The main one carries all but what is
// wanted of a channel from another place than it has there: such a feed has a connection of its own, until one with the
// same start has caught up.
import { createConnection, type Connection, type Surroundings } from "./connection.js";
import { failure } from "./errors.js";
import { createEvents } from "./events.js";
import { createFeed, type Feed } from "./feed.js";
import type { Host } from "./host.js";
import { ask } from "./questions.js";
import { createSubscription, type Home, type Request, type Sub } from "./subscription.js";
import type { Client, ClientEvents, Options } from "./types.js";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Characters of frames kept for a slow consumer. */
const HIGH_WATER = 4 << 20;

export function createClient(url: string | URL, options: Options, host: Host): Client {
  const events = createEvents<ClientEvents>();
  const others = new Set<Connection>();
  let offset = 0; // the bridge's clock minus ours, from the exchange that took `trip`
  let trip = Infinity;

  const around: Surroundings & Home = {
    url_: new URL(url, globalThis.location?.href).href.replace(/^http/, "ws"),
    host_: host,
    options_: options,
    highWater_: options.highWater ?? HIGH_WATER,
    suspended_: "",

    now: () => host.now() + offset,

    place_(sub) {
      const { feed_ } = sub;
      if (feed_?.connection_ === main) return;
      const shared = fitting(sub);
      if (feed_ && shared?.connection_ !== main) return;
      feed_?.leave_(sub);
      sub.feed_ = shared ?? createFeed(free(sub), host, sub);
      if (shared) shared.join_(sub);
      else sub.feed_.connection_.carry_(sub.channel, sub.feed_);
    },

    changed_(connection, change) {
      if (connection !== main) return;
      client.state = change.new;
      events.emit_("state", change);
    },

    released_(connection) {
      if (others.delete(connection)) connection.close_();
    },

    tell_: events.emit_,

    /** The shorter the trip, the better the measurement; an old one counts for less and less. */
    clock_(sent, time) {
      const taken = host.now() - sent;
      trip = trip * 2 + 1;
      if (taken < 0 || taken > trip) return;
      trip = taken;
      offset = Math.round(time - sent - taken / 2);
    },
  };

  const main = createConnection(around);
  const all = () => [main, ...others];

  function fitting(sub: Sub): Feed | undefined {
    const feeds = all().map(({ riders_ }) => riders_.get(sub.channel) as Feed | undefined);
    return feeds.find((feed) => feed?.fits_(sub));
  }

  /** A connection that can carry the subscription's own feed: the main one, if that has no feed of the channel. */
  function free({ channel, to_ }: Sub): Connection {
    if (!to_ && !main.riders_.has(channel)) return main;
    const another = createConnection(around);
    others.add(another);
    return another;
  }

  function begin(request: Request): Sub {
    const sub = createSubscription(around, request);
    if (main.state_ === "closed") sub.refused_(failure("closed"), true);
    else around.place_(sub);
    return sub;
  }

  function suspend(reason: string): void {
    around.suspended_ = reason;
    all().forEach(({ suspend_ }) => suspend_());
  }

  function retry(): void {
    around.suspended_ = "";
    all().forEach(({ retry_ }) => retry_());
  }

  const page = [
    host.listen("online", () => all().forEach(({ online_ }) => online_())),
    host.listen("offline", () => all().forEach(({ offline_ }) => offline_())),
    // An open socket would keep the page out of the back/forward cache.
    host.listen("pagehide", () => around.suspended_ || suspend("pagehide")),
    host.listen("pageshow", () => around.suspended_ === "pagehide" && retry()),
  ];

  const client: Mutable<Client> = {
    state: "idle",
    on: events.on,
    now: around.now,
    subscribe: (channel, how) => begin({ ...how, channel }),
    range: (channel, from, to, how) => begin({ ...how, channel, from, to }),
    async channels() {
      const { channels } = await ask(main, host, { op: "channels" });
      return channels.map(({ partitions, ...channel }: any) => ({
        ...channel,
        partitions: partitions.map(([partition, earliest, latest]: any[]) => ({ partition, earliest, latest })),
      }));
    },
    times: async (channel, at) => (await ask(main, host, { op: "times", channel, at })).times,
    suspend: () => suspend("suspended"),
    retry,
    close() {
      page.forEach((cancel) => cancel());
      all().forEach(({ close_ }) => close_());
    },
  };
  return client;
}
