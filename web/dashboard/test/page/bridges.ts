// The real bridge, as a process: its demo, or before a real Kafka. Everything on ports of its own; everything ends with
// the test.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { built, root } from "./browser.ts";

export const binary = process.env["TAILRACE_BIN"] ?? join(root, "build/release/tailrace");
/** Why the real bridge can't be had, or false. */
export const missing = existsSync(binary) ? false : `${binary} is not built`;
export const noKafka = missing || (["java", "kcat", "python3"].find(tool => spawnSync("which", [tool]).status !== 0) ?? "") || false;

/** A port that is free now, below the range that outgoing connections are given: who is down finds it free again. */
export function freePort(): Promise<number> {
  const port = 15_000 + Math.floor(Math.random() * 16_000);
  return new Promise(done => {
    const server = createServer().on("error", () => done(freePort())).listen(port, "127.0.0.1", () => server.close(() => done(port)));
  });
}

export class Bridge {
  readonly log: string[] = [];
  private waiting: { pattern: RegExp; found: (match: RegExpExecArray) => void; ended: (error: Error) => void }[] = [];
  private readonly process: ChildProcess;
  url = "";
  kafka = "";

  private constructor(args: string[]) {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("TAILRACE_")));
    this.process = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"], env });
    for (const stream of [this.process.stdout!, this.process.stderr!]) createInterface({ input: stream }).on("line", line => this.hear(line));
    this.process.on("exit", code => this.waiting.splice(0).forEach(({ ended, pattern }) => ended(new Error(`the bridge ended with ${code}, without ${pattern}:\n${this.log.slice(-20).join("\n")}`))));
  }

  /** `tailrace demo`: a Kafka stand-in, data, bridge and page. */
  static async demo(): Promise<Bridge> {
    const port = await freePort(), kafka = await freePort();
    const bridge = new Bridge(["demo", "--port", `${port}`, "--kafka-port", `${kafka}`, "--admin", "127.0.0.1:0", "--web", built]);
    bridge.kafka = `127.0.0.1:${kafka}`;
    bridge.url = `http://127.0.0.1:${port}/`;
    await bridge.line(/kafka reachable/);
    return bridge;
  }

  /** `tailrace serve` before a broker that runs; on `port` when one came before it there. */
  static async serve(kafka: string, { port, topics = "^[^_].*" }: { port?: number; topics?: string } = {}): Promise<Bridge> {
    const bridge = new Bridge(["serve", "--brokers", kafka, "--topics", topics, "--listen", `127.0.0.1:${port ?? (await freePort())}`, "--admin", "127.0.0.1:0", "--web", built, "--heartbeat", "2s"]);
    bridge.kafka = kafka;
    bridge.url = `http://127.0.0.1:${(await bridge.line(/listening on 127\.0\.0\.1:(\d+)/))[1]}/`;
    return bridge;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Ends it; -9 is no ceremony. */
  async stop(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode) return;
    const gone = new Promise(done => this.process.once("exit", done));
    this.process.kill(signal);
    await gone;
  }

  line(pattern: RegExp): Promise<RegExpExecArray> {
    for (const line of this.log) {
      const match = pattern.exec(line);
      if (match) return Promise.resolve(match);
    }
    return new Promise((found, ended) => this.waiting.push({ pattern, found, ended }));
  }

  private hear(line: string): void {
    this.log.push(line);
    this.waiting = this.waiting.filter(({ pattern, found }) => {
      const match = pattern.exec(line);
      if (match) found(match);
      return !match;
    });
  }
}

/** A real Kafka of one node. */
class Kafka {
  private constructor(readonly bootstrap: string, private readonly name: string) {}

  static start(): Kafka {
    const name = `page-${process.pid}`;
    const { stdout, stderr, status } = spawnSync(join(root, "ops/kafka"), ["up", "--name", name], { encoding: "utf8" });
    const bootstrap = /bootstrap=(\S+)/.exec(stdout)?.[1];
    if (status !== 0 || !bootstrap) throw new Error(`no Kafka: ${stderr}`);
    return new Kafka(bootstrap, name);
  }

  /** kill -9 of its only node. */
  kill(): void {
    spawnSync(join(root, "ops/kafka"), ["kill", "--name", this.name, "1"]);
  }

  stop(): void {
    spawnSync(join(root, "ops/kafka"), ["down", "--name", this.name]);
  }
}

/** Produces lines of "key<TAB>value" with kcat, in order. */
export function kcat(kafka: string, topic: string, lines: string[], flags: string[] = []): void {
  const { status, stderr } = spawnSync("kcat", ["-P", "-b", kafka, "-t", topic, "-K", "\t", ...flags], { input: lines.join("\n") + "\n", encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

/** A broker with the demo's data and a bridge before it: the demo, which is all in one, or a real Kafka. */
export class Stand {
  bridge!: Bridge;
  private kafka: Kafka | undefined;
  private producer: ChildProcess | undefined;

  constructor(readonly isReal: boolean) {}

  async start(): Promise<void> {
    if (!this.isReal) return void (this.bridge = await Bridge.demo());
    this.kafka = Kafka.start();
    const { bootstrap } = this.kafka;
    this.producer = spawn(binary, ["produce", "--demo", "--brokers", bootstrap], { stdio: "ignore" });
    this.bridge = await Bridge.serve(bootstrap);
  }

  /** The bridge dies; another one comes in its place. */
  async restart(between: () => Promise<unknown>): Promise<void> {
    const { port, kafka } = this.bridge;
    await this.bridge.stop();
    await between();
    this.bridge = await Bridge.serve(kafka, { port });
  }

  /** The broker dies, and with the demo's its bridge. */
  async kill(): Promise<void> {
    if (this.kafka) this.kafka.kill();
    else await this.bridge.stop();
  }

  /** What began of it ends. */
  async stop(): Promise<void> {
    this.producer?.kill();
    await this.bridge?.stop();
    this.kafka?.stop();
  }
}

/** The brokers that promises are kept on. */
export const brokers = [
  { name: "the demo broker", word: "demo", isReal: false, skip: missing },
  { name: "a real Kafka", word: "kafka", isReal: true, skip: noKafka },
];
