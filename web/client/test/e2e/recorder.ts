// Records what a client sends, gets and consumes; runs in Node, in a page and in a Worker alike.
import type { Batch, Client, Gap, Options, Subscription, SubscribeOptions } from "../../src/types.js";

type Connect = (url: string, options: Options) => Client;

/** A line of the checker's receipts. */
interface Event {
  event: "open" | "sent" | "got" | "closed";
  text?: string;
  code?: number;
}

export interface Record {
  /** One list per socket that was ever there at the same time; the checker takes each for a client. */
  wire: Event[];
  /** Partition, offset, key, and the value as it came, of all that was consumed, in order. */
  taken: [p: number, o: number, key: string | undefined, value: string | undefined][];
  gaps: Gap[];
  resets: number;
  errors: string[];
  recovered: { updates: number; lost: number }[];
  position: string;
  offsets: { [p: number]: number };
  state: string;
  stats: Subscription["stats"];
}

export class Recorder {
  readonly client: Client;
  readonly sub: Subscription;
  private readonly wire: Event[] = [];
  private readonly kept: Omit<Record, "wire" | "position" | "offsets" | "state" | "stats"> = {
    taken: [],
    gaps: [],
    resets: 0,
    errors: [],
    recovered: [],
  };

  /** `pace`: milliseconds that the consumer takes for each batch. */
  constructor(
    connect: Connect,
    WebSocket: any,
    url: string,
    channel: string,
    options: SubscribeOptions & { highWater?: number },
    private readonly pace = 0,
  ) {
    this.client = connect(url, { WebSocket: recording(WebSocket, this.wire), highWater: options.highWater });
    this.client.on("error", ({ code }) => code !== "connect_failed" && this.kept.errors.push(code));
    this.sub = this.client.subscribe(channel, { ...options, raw: true });
    this.sub.on("gap", (gap) => this.kept.gaps.push(gap));
    this.sub.on("reset", () => this.kept.resets++);
    this.sub.on("error", ({ code }) => this.kept.errors.push(code));
    this.sub.on("recovered", ({ updates, lost }) => this.kept.recovered.push({ updates, lost }));
  }

  listen(): this {
    this.sub.on("batch", (batch) => this.take(batch));
    return this;
  }

  async loop(): Promise<void> {
    for await (const batch of this.sub) {
      if (this.pace) await new Promise((resolve) => setTimeout(resolve, this.pace));
      this.take(batch);
    }
  }

  /** All that was recorded; `drop` forgets it. */
  record(drop = false): Record {
    const { position, offsets, state, stats } = this.sub;
    const record = { ...this.kept, wire: [...this.wire], taken: [...this.kept.taken], position, offsets, state, stats };
    if (drop) this.kept.taken.length = this.wire.length = 0;
    return record;
  }

  hasReached(ends: { [p: string]: number }): boolean {
    return this.sub.state === "live" && Object.entries(ends).every(([p, end]) => (this.sub.offsets[+p] ?? 0) >= end);
  }

  private take({ partition, updates }: Batch): void {
    for (const { o, k, raw } of updates) this.kept.taken.push([partition, o, k, raw]);
  }
}

/** A WebSocket class that tells all it does, until the client lets go of it. */
function recording(WebSocket: any, wire: Event[]): any {
  return class extends WebSocket {
    private isOver = false;

    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      this.addEventListener("open", () => this.tell({ event: "open" }));
      this.addEventListener("message", ({ data }: any) => this.tell({ event: "got", text: data }));
      this.addEventListener("close", ({ code }: any) => this.end(code));
    }

    send(text: string): void {
      this.tell({ event: "sent", text });
      super.send(text);
    }

    close(code?: number): void {
      this.end();
      super.close(code);
    }

    private end(code?: number): void {
      if (this.hasOpened) this.tell({ event: "closed", ...(code && code !== 1006 && { code }) });
      this.isOver = true;
    }

    private tell(event: Event): void {
      if (this.isOver) return;
      this.hasOpened ||= event.event === "open";
      wire.push(event);
    }
    private hasOpened = false;
  };
}
