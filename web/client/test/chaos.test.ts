// Random schedules of failures against a model of the bridge, on a fake clock. Whatever happens: never two sockets for
// the same subscriptions, delays within their bounds, and every update once, in order, or in an announced gap.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX, MIN } from "../src/backoff.js";
import { createClient } from "../src/client.js";
import type { Client, Gap, Subscription } from "../src/types.js";
import { Bridge, Session, type Topic } from "./support/bridge.js";
import { position } from "./support/frames.js";
import { dice, FakeHost, settled } from "./support/host.js";
import { fakeNet, type FakeSocket } from "./support/socket.js";

const RUNS = Number(process.env.CHAOS_RUNS ?? 150);
const FIRST = Number(process.env.CHAOS_SEED ?? 1);
const STEPS = 150;

/** A way with frames in flight, that can be cut, clogged and lied on. */
class Link {
  readonly flying: string[] = [];
  session: Session | undefined;
  isDead = false; // nothing passes, and nobody says so
  welcomedAt = Infinity;

  constructor(readonly socket: FakeSocket) {
    socket.onsend = (op) => this.isDead || this.session?.receive(op);
  }

  accept(bridge: Bridge): void {
    this.socket.readyState = 1;
    this.session = new Session(bridge, { send: (text) => this.flying.push(text), close: () => {} });
  }

  deliver(now: number): boolean {
    const text = this.isDead ? undefined : this.flying.shift();
    if (text?.startsWith('{"welcome"')) this.welcomedAt = now;
    if (text !== undefined) this.socket.say(text);
    return text !== undefined;
  }
}

class World {
  readonly random: () => number;
  readonly host: FakeHost;
  readonly bridge: Bridge;
  readonly net = fakeNet((socket) => this.dialled(new Link(socket)));
  readonly links: Link[] = [];
  readonly client: Client;
  readonly hints: number[] = [];
  readonly topics: Topic[];
  private dialledAt = -Infinity;
  private mayDial = true; // at once: the first time, or because something outside asked for it
  readonly hasty: number[] = []; // attempts that followed another too soon
  isCalm = false;

  constructor(seed: number, highWater: number) {
    this.random = dice(seed);
    this.host = new FakeHost(dice(seed + 7));
    this.bridge = new Bridge(() => this.host.time, this.random);
    this.topics = [this.bridge.topic("a", 3), this.bridge.topic("b", 1)];
    for (let i = 0; i < 100; i++) this.produce();
    this.client = createClient("ws://bridge/ws", { WebSocket: this.net.WebSocket, highWater, token: () => "t" }, this.host);
    this.client.on("state", ({ retryIn }) => {
      if (retryIn !== undefined) assert.ok((retryIn >= MIN && retryIn <= MAX) || this.hints.includes(retryIn), `${retryIn}`);
    });
  }

  chance(p: number): boolean {
    return !this.isCalm && this.random() < p;
  }

  pick<T>(from: T[]): T {
    return from[Math.floor(this.random() * from.length)]!;
  }

  produce(): void {
    const topic = this.pick(this.topics);
    const p = Math.floor(this.random() * topic.partitions.length);
    if (this.random() < 0.2) topic.skip(p);
    else topic.produce(p, this.host.time);
  }

  async step(): Promise<void> {
    for (let n = Math.floor(this.random() * 8); n-- > 0 && !this.isCalm; ) this.produce();
    if (this.chance(0.03)) this.expire();
    if (this.chance(0.06)) await this.disturb();
    for (const link of this.links) this.work(link);
    await this.host.pass(Math.floor(this.random() * this.pick([10, 300, 3000])));
  }

  private expire(): void {
    const topic = this.pick(this.topics);
    const p = Math.floor(this.random() * topic.partitions.length);
    const { earliest, end } = topic.partitions[p]!;
    topic.expire(p, earliest + Math.floor(this.random() * (end - earliest)));
  }

  private async disturb(): Promise<void> {
    const events = ["online", "offline", "pagehide", "pageshow", "retry", "suspend", "jump"] as const;
    const event = this.pick([...events]);
    this.mayDial ||= ["pageshow", "retry"].includes(event);
    if (event === "jump") {
      this.host.sleep(this.random() * 100_000);
      await this.host.pass(0);
    } else if (event === "retry" || event === "suspend") this.client[event]();
    else await this.host.page(event);
  }

  private work(link: Link): void {
    const { socket } = link;
    if (!socket.isOpen) return;
    if (this.chance(0.03)) return this.hangUp(link);
    if (socket.readyState === 0) return this.chance(0.3) ? undefined : link.accept(this.bridge);
    if (this.chance(0.01)) link.isDead = true;
    for (let n = Math.floor(this.random() * 5); n-- > 0; ) link.session!.serve();
    link.session!.heartbeat();
    this.lie(link);
    for (let n = this.isCalm ? 1000 : Math.floor(this.random() * 8); n-- > 0 && link.deliver(this.host.time); );
  }

  private hangUp({ socket, session, welcomedAt }: Link): void {
    const code = this.pick([1006, 1006, 1001, 1011, 1012, 4408, 4429, 4409]);
    const hint = MAX + Math.floor(this.random() * 10_000);
    if (session && code === 1012) {
      this.hints.push(hint);
      socket.say({ closing: { reason: "draining", reconnect_in: hint } });
    }
    const wasGood = this.host.time - welcomedAt > 5000;
    socket.hangUp(code === 4409 && !wasGood ? 1006 : code);
  }

  /** Frames get lost, come twice, or are garbage: a faulty proxy, a faulty bridge. */
  private lie({ flying }: Link): void {
    const data = flying.findIndex((text) => text.startsWith('{"ch"'));
    if (data >= 0 && this.chance(0.02)) flying.splice(data, 0, flying[data]!);
    if (data >= 0 && this.chance(0.01)) flying.splice(data, 1);
    if (this.chance(0.003)) flying.push(this.pick(["garbage", "[]", '{"ch":"a","p":0,"u":{}}']));
  }

  private dialled(link: Link): void {
    const since = this.host.time - this.dialledAt;
    if (!this.mayDial && since < MIN) this.hasty.push(since);
    this.dialledAt = this.host.time;
    this.mayDial = false;
    this.links.push(link);
  }

  async calm(): Promise<void> {
    this.isCalm = this.mayDial = true;
    for (const socket of this.net.open()) socket.hangUp(1006); // who was refused is asked again
    await this.host.page("online");
    this.client.retry();
    for (const topic of this.topics) topic.partitions.forEach((_, p) => topic.produce(p, this.host.time)); // shows lost last frames
  }
}

/** Receipts of one subscription, checked as they come. */
class Receipts {
  readonly taken = new Map<string, number>();
  readonly gaps: Gap[] = [];
  readonly errors: string[] = [];

  constructor(readonly sub: Subscription) {
    const last: Record<number, number> = {};
    sub.on("batch", ({ partition, updates }) => {
      for (const { o } of updates) {
        assert.ok(o > (last[partition] ?? -1), `${partition}:${o} after ${last[partition]}`);
        this.taken.set(`${partition}:${o}`, o);
        last[partition] = o;
      }
    });
    sub.on("gap", (gap) => this.gaps.push(gap));
    sub.on("reset", () => assert.fail("no history changed"));
    sub.on("error", ({ code }) => this.errors.push(code));
  }

  /** Everything that was produced is there, or in a gap of what has expired. */
  check(topic: Topic, produced: Map<string, number>): void {
    assert.equal(this.sub.state, "live");
    assert.ok(this.errors.every((code) => code === "hole")); // a frame was lost twice at one place
    const inGap = (p: number, o: number) => this.gaps.some((gap) => gap.partition === p && o >= gap.from && o < gap.next);
    for (const [key, o] of produced) {
      const p = Number(key.split(":")[0]);
      assert.notEqual(this.taken.has(key), inGap(p, o), `${key} taken ${this.taken.has(key)} gap ${inGap(p, o)}`);
    }
    for (const key of this.taken.keys()) assert.ok(produced.has(key), `${key} was never produced`);
    for (const { partition, next } of this.gaps) assert.ok(next <= topic.partitions[partition]!.earliest, "a gap of what is there");
    assert.deepEqual(this.sub.offsets, Object.fromEntries(topic.partitions.map(({ end }, p) => [p, end])));
    assert.equal(this.sub.state, "live");
  }
}

/** Remembers all that is produced, for retention forgets. */
function remember(topic: Topic): Map<string, number> {
  const produced = new Map<string, number>();
  topic.partitions.forEach(({ updates }, p) => updates.forEach(({ o }) => produced.set(`${p}:${o}`, o)));
  const produce = topic.produce.bind(topic);
  topic.produce = (p, t, value) => {
    const update = produce(p, t, value);
    produced.set(`${p}:${update.o}`, update.o);
    return update;
  };
  return produced;
}

async function play(seed: number, { pauses }: { pauses: boolean }): Promise<void> {
  const world = new World(seed, pauses ? 3000 : 1 << 30);
  const { client, topics, host } = world;
  const produced = topics.map(remember);
  const all = [
    { topic: 0, receipts: new Receipts(client.subscribe("a", { position: position("0:0", "1:0", "2:0") })) },
    { topic: 0, receipts: new Receipts(client.subscribe("a", { position: position("0:0", "1:0", "2:0") })) },
    { topic: 1, receipts: new Receipts(client.subscribe("b", { position: position("0:0") })) },
  ];
  for (let step = 0; step < STEPS; step++) {
    if (pauses && world.chance(0.1)) world.pick(all).receipts.sub.pause();
    if (pauses && world.chance(0.2)) world.pick(all).receipts.sub.resume();
    await world.step();
    const sockets = world.net.open().length;
    assert.ok(sockets <= (pauses ? 3 : 1), `${sockets} sockets`);
  }
  if (!pauses) assert.deepEqual(world.hasty, []);
  await world.calm();
  for (const { receipts } of all) receipts.sub.resume();
  for (let step = 0; step < 400 && !all.every(({ topic, receipts }) => isDone(receipts.sub, topics[topic]!)); step++) {
    await world.step();
  }
  await settled();
  for (const { topic, receipts } of all) receipts.check(topics[topic]!, produced[topic]!);
  client.close();
  assert.deepEqual([world.net.open().length, host.timers.size, host.listeners.size], [0, 0, 0]);
}

function isDone(sub: Subscription, topic: Topic): boolean {
  return sub.state === "live" && topic.partitions.every(({ end }, p) => sub.offsets[p] === end);
}

for (const pauses of [false, true]) {
  test(`${RUNS} random schedules of failures${pauses ? ", with consumers that pause" : ""}`, async () => {
    for (let seed = FIRST; seed < FIRST + RUNS; seed++) {
      await play(seed, { pauses }).catch((error) => {
        error.message = `CHAOS_SEED=${seed}: ${error.message}`;
        throw error;
      });
    }
  });
}
