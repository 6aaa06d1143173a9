// Kafka and bridges (kafka.py), driven from Node.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { root } from "../support/root.js";

export const binary = process.env.TAILRACE_BIN ?? `${root}/build/release/tailrace`;
export const missing = existsSync(binary) ? false : `${binary} is not built`;

export interface Truth {
  ends: Record<string, number>;
  acked: string;
  seen: string;
  kept: string[];
}

export class World {
  ports: number[] = [];
  topic = "";
  private readonly process: ChildProcess;
  private readonly answers: ((answer: any) => void)[] = [];
  private readonly lines: any[] = [];
  private ended: string | undefined;

  private constructor(folder: string, origin: string) {
    const script = `${root}/web/client/test/e2e/kafka.py`;
    this.process = spawn("/usr/bin/python3", [script, folder, origin], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.process.stdout! }).on("line", (line) => this.hear(JSON.parse(line)));
    this.process.on("exit", (code) => {
      this.ended = `kafka.py ended with ${code}`;
      for (const answer of this.answers.splice(0)) answer(undefined);
    });
  }

  /** Up; nothing is produced yet. Pages of `origin` may connect. */
  static async start(folder: string, origin: string): Promise<World> {
    const world = new World(folder, origin);
    world.arrive(await world.answer());
    return world;
  }

  produce(): void {
    this.say({ do: "produce" });
  }

  async kill(bridge: number): Promise<void> {
    this.say({ do: "kill", bridge });
    this.arrive(await this.answer());
  }

  async finish(): Promise<Truth> {
    this.say({ do: "finish" });
    return this.answer();
  }

  async close(): Promise<void> {
    this.process.stdin!.end();
    if (!this.ended) await new Promise((resolve) => this.process.once("exit", resolve));
  }

  private arrive({ ports, topic }: { ports: number[]; topic: string }): void {
    this.ports = ports;
    this.topic = topic;
  }

  private say(command: object): void {
    this.process.stdin!.write(`${JSON.stringify(command)}\n`);
  }

  private hear(answer: any): void {
    const waiting = this.answers.shift();
    if (waiting) waiting(answer);
    else this.lines.push(answer);
  }

  private async answer(): Promise<any> {
    const answer = this.lines.shift() ?? (this.ended ? undefined : await new Promise((resolve) => this.answers.push(resolve)));
    if (!answer) throw new Error(this.ended);
    return answer;
  }
}

/** The checker's faults, over files of receipts. */
export function check({ acked, seen, kept }: Truth, receipts: string[]): string[] {
  const args = ["-m", "checker", "--acked", acked, "--seen", seen, ...kept.flatMap((word) => ["--kept", word]), ...receipts];
  const { stdout, stderr, status } = spawnSync("/usr/bin/python3", args, {
    cwd: `${root}/tests`,
    encoding: "utf8",
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    maxBuffer: 64 << 20,
  });
  const lines = `${stdout}${stderr}`.trim().split("\n");
  if (!/^checker: \d+ clients/.test(lines.at(-1)!)) throw new Error(lines.slice(-20).join("\n"));
  return status ? lines.slice(0, 30) : [];
}
