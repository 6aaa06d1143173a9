// A TCP proxy that cuts: by RST, in good order, in the middle of a frame, or by silence first.
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export interface Cuts {
  /** How many connections were ended, by kind. */
  readonly counts: Record<"reset" | "end" | "bytes" | "silence", number>;
}

export class Proxy implements Cuts {
  readonly counts = { reset: 0, end: 0, bytes: 0, silence: 0 };
  isCutting = true;
  planned = 0;
  private readonly server: Server;
  private readonly pairs = new Set<Pair>();

  /** `upstreams` are the ports to choose from, asked at each connection; `pace` is the usual life of a connection in ms. */
  constructor(
    readonly upstreams: () => number[],
    readonly random: () => number,
    readonly pace: number,
  ) {
    this.server = createServer((socket) => this.pair(socket));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return (this.server.address() as AddressInfo).port;
  }

  calm(): void {
    this.isCutting = false;
    for (const pair of this.pairs) pair.spare();
  }

  close(): void {
    this.server.close();
    for (const pair of this.pairs) pair.reset();
  }

  private pair(client: Socket): void {
    const ports = this.upstreams();
    const pair = new Pair(client, ports[Math.floor(this.random() * ports.length)]!, this);
    this.pairs.add(pair);
    client.on("close", () => this.pairs.delete(pair));
  }
}

/** Of so many connections in a row there is one of every kind. */
const KINDS = 5;

class Pair {
  private readonly server: Socket;
  private timer: NodeJS.Timeout | undefined;
  private bytes = Infinity;
  private isSilent = false;

  constructor(
    private readonly client: Socket,
    port: number,
    private readonly proxy: Proxy,
  ) {
    this.server = createConnection(port, "127.0.0.1");
    this.join(this.client, this.server);
    this.join(this.server, this.client);
    this.server.on("data", (data) => this.pass(data));
    this.client.on("data", (data) => this.isSilent || this.server.write(data));
    if (proxy.isCutting) this.plan();
  }

  spare(): void {
    this.bytes = Infinity;
    if (!this.isSilent) clearTimeout(this.timer);
  }

  reset(): void {
    clearTimeout(this.timer);
    this.client.resetAndDestroy();
    this.server.resetAndDestroy();
  }

  private join(one: Socket, other: Socket): void {
    one.on("error", () => this.reset());
    one.on("end", () => other.end());
    one.on("close", () => (clearTimeout(this.timer), other.destroy()));
  }

  private pass(data: Buffer): void {
    if (this.isSilent) return;
    this.client.write(data.subarray(0, this.bytes));
    this.bytes -= data.length;
    if (this.bytes <= 0) this.cut("bytes", () => this.reset());
  }

  private plan(): void {
    const { random, pace } = this.proxy;
    const kind = ((this.proxy.planned++ % KINDS) + random()) / KINDS;
    if (kind < 0.3) this.bytes = Math.floor(random() * 60_000);
    const life = -Math.log(1 - random()) * pace;
    this.timer = setTimeout(() => {
      if (kind < 0.6) this.cut("reset", () => this.reset());
      else if (kind < 0.8) this.cut("end", () => (this.client.end(), this.server.end()));
      else this.cut("silence", () => this.fallSilent());
    }, life);
  }

  private cut(kind: keyof Cuts["counts"], how: () => void): void {
    this.proxy.counts[kind]++;
    how();
  }

  /** The client has to find out by itself. */
  private fallSilent(): void {
    this.isSilent = true;
    this.timer = setTimeout(() => this.reset(), 60_000);
  }
}
