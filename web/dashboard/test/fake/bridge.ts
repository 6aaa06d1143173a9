// A bridge that fits in a test: protocol version 1 over invented channels, and faults on demand. For developing the page
// and for quick tests; what the page promises end to end is proven against the real one.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import { WebSocketServer, type WebSocket } from "ws";
import type { Source } from "./source.ts";

const kTypes: Record<string, string> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
export const kCsp = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'";
const kPump = 40;
const kBatch = 400;
const kEpoch = "5ad1c3f0";

interface Sub { source: Source; next: number[]; end: number[] | null }

export class FakeBridge {
  readonly channels = new Map<string, Source>();
  /** Names that a token would not cover. */
  readonly forbidden = new Set<string>();
  /** Names whose topics Kafka denies the bridge, for now. */
  readonly denied = new Set<string>();
  kafka = "localhost:9092";
  demo = false;
  heartbeat = 15_000;
  /** How far its clock is before that of the page. */
  ahead = 0;
  /** Milliseconds between two batches of one partition: makes a replay visible. */
  slow = 0;
  /** It has only just started: it knows of no topic yet. */
  blank = false;
  /** How often it was asked for its channels. */
  lists = 0;
  /** How often it was asked for the offsets of times. */
  asked = 0;
  /** Kafka has no answer for the offsets of times. */
  timeless = false;
  /** Answers no socket. */
  deaf = false;
  /** Says nothing on those that are open. */
  mute = false;
  /** Files that are not there. */
  readonly lost = new Set<string>();
  requests: string[] = [];
  private readonly server: Server;
  private readonly sockets = new WebSocketServer({ noServer: true });
  private readonly sessions = new Set<Session>();
  private downSince = 0;
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(private readonly root: string, sources: Source[], private readonly under = "/") {
    for (const source of sources) this.channels.set(source.name, source);
    this.server = createServer((request, response) => this.serve(request, response));
    this.server.on("upgrade", (request, socket, head) => {
      if (this.deaf) return void socket.destroy();
      this.sockets.handleUpgrade(request, socket, head, client => this.open(client));
    });
    this.timer = setInterval(() => this.sessions.forEach(session => session.pump()), kPump);
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>(done => this.server.listen(port, "127.0.0.1", done));
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === "object" && address ? address.port : port}${this.under}`;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.dropAll();
    this.server.closeAllConnections();
    await new Promise(done => this.server.close(done));
  }

  now(): number {
    return Date.now() + this.ahead;
  }

  /** Cuts every connection, as a dying bridge would. */
  dropAll(): void {
    for (const session of this.sessions) session.socket.terminate();
  }

  /** Kafka comes and goes. */
  setKafka(up: boolean): void {
    this.downSince = up ? 0 : this.now();
    const status = up ? { kafka: "reachable", since: this.now() } : { kafka: "unreachable", since: this.downSince };
    for (const session of this.sessions) session.send({ status });
  }

  /** A topic is deleted and made again: who follows it is told, and gets the new one from its beginning. */
  recreate(source: Source): void {
    this.channels.set(source.name, source);
    for (const session of this.sessions) session.restart(source);
  }

  /** Retention: what is older than `t` is gone. */
  expire(channel: string, t: number): void {
    const source = this.channels.get(channel)!, firsts = [...Array(source.partitions).keys()].map(p => source.find(p, t, this.now()));
    this.channels.set(channel, { ...source, earliest: p => firsts[p] });
  }

  /** What was produced until then is in its memory. */
  get known(): number {
    return this.downSince || this.now();
  }

  get kafkaDownSince(): number {
    return this.downSince;
  }

  get connected(): number {
    return this.sessions.size;
  }

  /** When nobody is connected any more. */
  async left(): Promise<void> {
    await Promise.all([...this.sessions].map(({ socket }) => new Promise(done => socket.once("close", done))));
  }

  /** A frame for all. */
  tell(frame: object): void {
    for (const session of this.sessions) session.send(frame);
  }

  /** Sends a text as it is to all. */
  shout(text: string): void {
    for (const session of this.sessions) session.socket.send(text);
  }

  closeAll(code: number): void {
    for (const session of this.sessions) session.socket.close(code);
  }

  private open(socket: WebSocket): void {
    const session = new Session(socket, this);
    this.sessions.add(session);
    socket.on("close", () => this.sessions.delete(session));
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? "/", "http://x");
    this.requests.push(pathname);
    if (!pathname.startsWith(this.under)) return void response.writeHead(404).end();
    const path = pathname.slice(this.under.length);
    if (path === "api/channels") return this.describe(response);
    const file = join(this.root, normalize(path === "" || path.endsWith("/") ? path + "index.html" : path));
    if (this.lost.has(path) || !file.startsWith(this.root) || !existsSync(file) || !statSync(file).isFile()) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": kTypes[extname(file)] ?? "application/octet-stream", "content-security-policy": kCsp, "cache-control": "no-cache", "x-content-type-options": "nosniff" });
    createReadStream(file).pipe(response);
  }

  private describe(response: ServerResponse): void {
    const channels = [...this.channels.values()].map(({ name, topic, title, units, fields }) => ({ name, topic, title, units, fields }));
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ kafka: this.kafka, demo: this.demo, channels }));
  }
}

class Session {
  private readonly subs = new Map<string, Sub>();
  private heard = 0;
  private pumped = 0;

  constructor(readonly socket: WebSocket, private readonly bridge: FakeBridge) {
    const limits = { message: 65536, subscriptions: 1000, times: 200, partitions: 1000 };
    this.send({ welcome: { protocol: 1, server: "fake/1", session: "s", heartbeat: bridge.heartbeat, time: this.bridge.now(), limits } });
    if (bridge.kafkaDownSince) this.send({ status: { kafka: "unreachable", since: bridge.kafkaDownSince } });
    socket.on("message", data => this.command(JSON.parse(String(data))));
  }

  send(frame: object): void {
    if (this.bridge.mute) return;
    this.heard = this.bridge.now();
    this.socket.send(JSON.stringify(frame));
  }

  restart(source: Source): void {
    const next: number[] = new Array(source.partitions).fill(0);
    if (!this.subs.has(source.name)) return;
    this.subs.set(source.name, { source, next, end: null });
    this.send({ reset: { channel: source.name, reason: "recreated", position: position(next) } });
  }

  pump(): void {
    const now = this.bridge.now();
    if (this.bridge.mute) return;
    if (now - this.heard > this.bridge.heartbeat / 2) this.send({ heartbeat: { time: now } });
    if (now - this.pumped < this.bridge.slow) return;
    this.pumped = now;
    for (const [name, sub] of this.subs) this.serve(name, sub, this.bridge.known);
  }

  private serve(name: string, sub: Sub, now: number): void {
    for (let p = 0; p < sub.source.partitions; p++) {
      const to = Math.min(sub.end?.[p] ?? Infinity, sub.source.latest(p, now)), gone = Math.min(to, sub.source.earliest(p));
      if (sub.next[p] < gone) {
        this.send({ ch: name, p, gap: { from: sub.next[p], next: gone, reason: "expired" } });
        sub.next[p] = gone;
      }
      while (sub.next[p] < to) {
        this.batch(name, sub, p, Math.min(to, sub.next[p] + kBatch));
        if (this.bridge.slow) break;
      }
    }
    if (!sub.end?.every((end, p) => sub.next[p] >= end)) return;
    this.subs.delete(name);
    this.send({ ended: { channel: name, position: position(sub.next) } });
  }

  /** The value stands in the frame as it was produced. */
  private batch(name: string, sub: Sub, p: number, to: number): void {
    const updates: string[] = [], from = sub.next[p];
    for (let o = from; o < to; o++) {
      const { v, ...rest } = sub.source.at(p, o), head = JSON.stringify({ o, ...rest });
      updates.push(v === undefined ? head : `${head.slice(0, -1)},"v":${v}}`);
    }
    sub.next[p] = to;
    this.heard = this.bridge.now();
    this.socket.send(`{"ch":${JSON.stringify(name)},"p":${p},"from":${from},"next":${to},"fp":"9f3a12c4","u":[${updates.join(",")}]}`);
  }

  private command(op: any): void {
    switch (op.op) {
      case "subscribe": return this.subscribe(op);
      case "unsubscribe":
        this.subs.delete(op.channel);
        return this.send({ unsubscribed: { channel: op.channel }, id: op.id });
      case "channels": return this.list(op.id);
      case "times": return this.times(op);
      case "ping": return this.send({ pong: { time: this.bridge.now() }, id: op.id });
      case "auth": return this.send({ authenticated: { expires: null }, id: op.id });
      default: this.send({ error: { code: "unknown_op", message: "no such op", retry: false }, id: op.id });
    }
  }

  private subscribe({ channel, from = "live", to, id }: any): void {
    const source = this.bridge.channels.get(channel);
    if (!source || this.bridge.forbidden.has(channel)) return this.send({ error: { code: "channel_unavailable", message: `no channel "${channel}"`, retry: false, channel }, id });
    if (this.bridge.denied.has(channel)) return this.send({ error: { code: "topic_unavailable", message: "not authorized", retry: true, channel }, id });
    const now = this.bridge.known, partitions = [...Array(source.partitions).keys()];
    const next = partitions.map(p => this.start(source, p, from, now));
    const head = partitions.map(p => source.latest(p, now));
    const end = to === undefined ? null : partitions.map(p => Math.max(next[p], this.start(source, p, to, now)));
    this.subs.set(channel, { source, next, end });
    this.send({ subscribed: { channel, position: position(next), head: position(head) }, id });
  }

  private start(source: Source, p: number, from: any, now: number): number {
    if (from === "live") return source.latest(p, now);
    if (from === "earliest") return source.earliest(p);
    if (typeof from === "string") return source.find(p, Math.floor((now - relative(from)) / 1000) * 1000, now);
    if (from.time !== undefined) return from.time > now ? source.latest(p, now) : source.find(p, Math.floor(from.time / 1000) * 1000, now);
    if (from.last !== undefined) return Math.max(source.earliest(p), source.latest(p, now) - from.last);
    const entry = String(from.position).split(".").slice(2).join(".").split(",").find(part => part.startsWith(`${p}:`));
    return entry ? Number(/:(\d+)/.exec(entry)?.[1] ?? 0) : 0;
  }

  private list(id: number): void {
    const now = this.bridge.now(), all = [...this.bridge.channels.values()].filter(({ name }) => !this.bridge.blank && !this.bridge.forbidden.has(name));
    this.bridge.lists++;
    const channels = all.sort((a, b) => (a.name < b.name ? -1 : 1)).map(source => ({
      name: source.name, topic: source.topic, partitions: [...Array(source.partitions).keys()].map(p => [p, source.earliest(p), source.latest(p, now)]), rate: source.rate(now),
    }));
    this.send({ channels, id });
  }

  private times({ channel, at, id }: any): void {
    const source = this.bridge.channels.get(channel), refuse = (code: string, retry: boolean) => this.send({ error: { code, message: "", retry, channel }, id });
    this.bridge.asked++;
    if (!source || this.bridge.forbidden.has(channel)) return refuse("channel_unavailable", false);
    if (this.bridge.denied.has(channel)) return refuse("topic_unavailable", true);
    if (this.bridge.kafkaDownSince || this.bridge.timeless) return refuse("kafka_unavailable", true);
    const now = this.bridge.now(), partitions = [...Array(source.partitions).keys()];
    const offsets = at.map((t: number) => partitions.map(p => source.find(p, Math.floor(t / 1000) * 1000, now)));
    const firsts = partitions.filter(p => source.latest(p, now) > source.earliest(p)).map(p => source.at(p, source.earliest(p)).t);
    this.send({ times: { channel, at: at.map((t: number) => Math.floor(t / 1000) * 1000), offsets, earliest: firsts.length ? Math.min(...firsts) : null }, id });
  }
}

function position(next: number[]): string {
  return `v1.${kEpoch}.${next.map((o, p) => `${p}:${o}`).join(",")}`;
}

function relative(text: string): number {
  const [, n, unit] = /^-(\d+)([smhd])$/.exec(text) ?? [];
  return Number(n ?? 0) * { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[(unit ?? "s") as "s"];
}
