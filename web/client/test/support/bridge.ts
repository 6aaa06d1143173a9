// A bridge in memory, true to schemas/protocol.md: topics with holes, retention, every start, many sockets. It never
// acts by itself: `serve` sends a connection some of what is due, in cuts as random as its dice.
import { EPOCH, fingerprint } from "./frames.js";

interface Update {
  o: number;
  t: number;
  k: string;
  v: unknown;
}

interface Partition {
  updates: Update[];
  earliest: number;
  end: number;
}

interface Subscription {
  channel: string;
  next: number[];
  to: number[] | undefined;
}

/** The other end: a fake socket, or a real one. */
export interface Wire {
  send(text: string): void;
  close(code: number): void;
}

export class Topic {
  readonly partitions: Partition[];

  constructor(count: number) {
    this.partitions = Array.from({ length: count }, () => ({ updates: [], earliest: 0, end: 0 }));
  }

  produce(p: number, t: number, value: unknown = null): Update {
    const partition = this.partitions[p]!;
    const update = { o: partition.end++, t, k: `k${p}`, v: value ?? { n: partition.end } };
    partition.updates.push(update);
    return update;
  }

  /** An offset without a record: a transaction marker, a compacted record. */
  skip(p: number): void {
    this.partitions[p]!.end++;
  }

  /** Retention. */
  expire(p: number, earliest: number): void {
    const partition = this.partitions[p]!;
    partition.earliest = Math.max(partition.earliest, Math.min(earliest, partition.end));
    partition.updates = partition.updates.filter(({ o }) => o >= partition.earliest);
  }
}

export class Session {
  readonly subscriptions = new Map<string, Subscription>();
  private lastSent = 0;

  constructor(
    private readonly bridge: Bridge,
    private readonly wire: Wire,
  ) {
    const limits = { message: 65536, subscriptions: 1000, times: 200, partitions: 1000 };
    const { time } = bridge;
    this.send({ welcome: { protocol: 1, server: "model/0", session: "s", heartbeat: 15000, time: time(), limits } });
  }

  send(frame: object): void {
    this.lastSent = this.bridge.time();
    this.wire.send(JSON.stringify(frame));
  }

  receive({ op, id, channel, from, to, at }: any): void {
    const topic = this.bridge.topics.get(channel);
    if (op === "ping") this.send({ pong: { time: this.bridge.time() }, id });
    else if (op === "auth") this.send({ authenticated: { expires: null }, id });
    else if (op === "channels") this.send({ channels: this.bridge.channels(), id });
    else if (!topic) this.send({ error: { code: "channel_unavailable", message: "no", retry: false, channel }, id });
    else if (op === "times") this.send({ times: { channel, at, offsets: at.map(() => ends(topic)), earliest: null }, id });
    else if (op === "unsubscribe") {
      this.subscriptions.delete(channel);
      this.send({ unsubscribed: { channel }, id });
    } else if (this.subscriptions.has(channel)) {
      this.send({ error: { code: "already_subscribed", message: "twice", retry: false, channel }, id });
    } else this.subscribe(topic, { channel, from, to, id });
  }

  /** Sends up to one frame of each subscription; false when nothing was due. */
  serve(): boolean {
    const sent = [...this.subscriptions.values()].map((subscription) => this.serveOne(subscription));
    return sent.some(Boolean);
  }

  heartbeat(): void {
    if (this.bridge.time() - this.lastSent >= 15000) this.send({ heartbeat: { time: this.bridge.time() } });
  }

  private subscribe(topic: Topic, { channel, from = "live", to, id }: any): void {
    const next = topic.partitions.map((_, p) => this.start(topic, p, from));
    const head = placeOf(topic, ends(topic));
    this.subscriptions.set(channel, { channel, next, to: to && topic.partitions.map((_, p) => this.start(topic, p, to)) });
    this.send({ subscribed: { channel, position: placeOf(topic, next, true), head }, id });
  }

  private start(topic: Topic, p: number, from: any): number {
    const { updates, earliest, end } = topic.partitions[p]!;
    if (from === "live") return end;
    if (from === "earliest") return earliest;
    if (from.last) return updates.slice(-Math.ceil(from.last / topic.partitions.length))[0]?.o ?? end;
    if (from.position) return +(new RegExp(`[.,]${p}:(\\d+)`).exec(from.position)?.[1] ?? 0);
    const time = from.time ?? this.bridge.time() - parseInt(from.slice(1)) * 1000;
    return updates.find(({ t }) => t >= time)?.o ?? end;
  }

  private serveOne(subscription: Subscription): boolean {
    const { channel, next, to } = subscription;
    const { partitions } = this.bridge.topics.get(channel)!;
    const due = partitions.map((_, p) => p).filter((p) => next[p]! < Math.min(partitions[p]!.end, to?.[p] ?? Infinity));
    const p = due[Math.floor(this.bridge.random() * due.length)];
    if (p === undefined) return !!to && this.end(subscription);
    const frame = this.frame(subscription, p);
    next[p] = frame.gap?.next ?? frame.next ?? frame.cover[0][2];
    this.send(frame);
    return true;
  }

  private frame({ channel: ch, next, to }: Subscription, p: number): any {
    const { updates, earliest, end } = this.bridge.topics.get(ch)!.partitions[p]!;
    const from = next[p]!;
    if (from < earliest) return { ch, p, gap: { from, next: Math.min(earliest, to?.[p] ?? Infinity), reason: "expired" } };
    const upTo = Math.min(end, to?.[p] ?? Infinity, from + 1 + Math.floor(this.bridge.random() * 20));
    const u = updates.filter(({ o }) => o >= from && o < upTo);
    if (!u.length) return { ch, cover: [[p, from, upTo]] };
    return { ch, p, from, next: upTo, fp: fingerprint(p, u[u.length - 1]!.o), u };
  }

  private end({ channel, next }: Subscription): boolean {
    this.subscriptions.delete(channel);
    this.send({ ended: { channel, position: placeOf(this.bridge.topics.get(channel)!, next, true) } });
    return true;
  }
}

export class Bridge {
  readonly topics = new Map<string, Topic>();

  constructor(
    readonly time: () => number,
    readonly random: () => number,
  ) {}

  topic(name: string, partitions: number): Topic {
    const topic = new Topic(partitions);
    this.topics.set(name, topic);
    return topic;
  }

  channels(): object[] {
    return [...this.topics].map(([name, { partitions }]) => {
      return { name, topic: name, partitions: partitions.map(({ earliest, end }, p) => [p, earliest, end]), rate: 0 };
    });
  }
}

const ends = (topic: Topic) => topic.partitions.map(({ end }) => end);

function placeOf(topic: Topic, next: number[], anchors = false): string {
  return `v1.${EPOCH}.${next.map((at, p) => `${p}:${at}${anchors ? anchorOf(topic, p, at) : ""}`)}`;
}

function anchorOf(topic: Topic, p: number, next: number): string {
  const last = topic.partitions[p]!.updates.filter(({ o }) => o < next).at(-1)?.o;
  if (last === undefined) return "";
  const distance = next - 1 - last;
  return `~${distance ? `${distance}.` : ""}${fingerprint(p, last)}`;
}
