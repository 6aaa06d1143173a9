// The connection to the bridge: the client library, the list of channels, the cut, and how it all stands.
import { connect, type ChannelInfo, type Client, type StateChange, type Status, type TailraceError } from "tailrace";
import { kNoBridge, type BridgeInfo } from "../messages.ts";
import { Cutter } from "./cutter.ts";

const kPoll = 3000;

export interface LinkEvents {
  channels(list: ChannelInfo[]): void;
  info(info: BridgeInfo): void;
  kafka(unreachable: boolean, since: number): void;
  /** Of one channel. */
  told(status: Status): void;
  changed(): void;
}

export class Link {
  readonly client: Client;
  readonly cutter = new Cutter();
  /** When the next attempt is due, by the local clock; 0 when none waits. */
  retryAt = 0;
  /** Since when there is no connection, on the bridge's clock; 0 while there is one. */
  downSince = 0;
  /** True once the list of channels was answered. */
  listed = false;
  /** Since when Kafka is unreachable, by the bridge that is connected, or was last; 0 while it is not. */
  kafkaDownSince = 0;
  ended: { reason: string; hint: string } | null = null;
  info: BridgeInfo = kNoBridge;
  private asking = false;
  private unhinted = false;
  /** An attempt has failed. */
  failed = false;
  /** Why there never was a connection, or what may help, by the library: of silence it says nothing. */
  hint = "no answer so far; this page tries again by itself";
  private lastError: TailraceError | undefined;
  /** What `kafka` was told last. */
  private toldDown = false;

  constructor(url: string, private readonly api: string, token: string | undefined, private readonly events: LinkEvents) {
    this.client = connect(url, { WebSocket: this.cutter.sockets, ...(token ? { token } : null) });
    this.client.on("state", change => this.state(change));
    this.client.on("error", error => this.erred(error));
    this.client.on("status", status => this.status(status));
  }

  /** When the bridge gave its last sign of life, on its own clock. */
  get heardAt(): number {
    return this.client.now() + this.cutter.heardAt - Date.now();
  }

  start(): void {
    void this.describe();
    void this.poll();
    setInterval(() => void this.poll(), kPoll);
  }

  cut(ms: number): void {
    if (this.cutter.cut(ms, () => this.client.retry())) this.events.changed();
  }

  retry(): void {
    if (this.cutter.until > 0) this.cutter.mend(() => this.client.retry());
    else this.client.retry();
  }

  /** An open socket would keep the page out of the back/forward cache. */
  away(on: boolean): void {
    if (on) this.client.suspend();
    else this.client.retry();
  }

  /** Asks for the bridge's words about itself; what can't be had stays as it was. */
  async describe(): Promise<void> {
    try {
      const answer = await fetch(this.api, { credentials: "same-origin" });
      this.unhinted = answer.status >= 500;
      if (!answer.ok) return;
      this.info = parseInfo(await answer.json());
      this.events.info(this.info);
    } catch {
      this.unhinted = true;
    }
  }

  private async poll(): Promise<void> {
    if (this.asking || this.ended || this.cutter.until > 0) return;
    this.asking = true;
    try {
      const list = await this.client.channels();
      this.listed = true;
      this.events.channels(list);
      if (this.unhinted || list.some(({ name }) => !this.info.channels.some(hint => hint.name === name))) await this.rehint(list);
    } catch {
      // The next poll asks again; the state says why.
    } finally {
      this.asking = false;
    }
  }

  private hinted = "";
  private async rehint(list: ChannelInfo[]): Promise<void> {
    const names = list.map(({ name }) => name).join("\n");
    if (names === this.hinted && !this.unhinted) return;
    this.hinted = names;
    this.unhinted = false;
    await this.describe();
  }

  private state(change: StateChange): void {
    const up = change.new === "live" || change.new === "replaying";
    if (change.reason === "open") void this.welcomed();
    if (up) this.downSince = 0;
    else if (this.downSince === 0 && change.new !== "stale" && change.new !== "idle") this.downSince = this.client.now();
    this.failed ||= change.retryIn !== undefined;
    this.retryAt = change.retryIn !== undefined && !up ? Date.now() + change.retryIn : 0;
    if (change.new === "closed") this.ended = { reason: this.lastError?.code ?? change.reason, hint: this.lastError?.hint ?? "" };
    this.events.changed();
  }

  private erred(error: TailraceError): void {
    if (error.code === "connect_failed") this.hint = error.hint;
    if (!error.retryable) this.lastError = error;
    if (this.ended && this.lastError) this.ended = { reason: this.lastError.code, hint: this.lastError.hint };
    this.events.changed();
  }

  private status(status: Status): void {
    if (status.kafka === undefined) return this.events.told(status);
    const down = status.kafka === "unreachable";
    this.kafkaDownSince = down ? status.since : 0;
    this.kafka(down, status.since);
    this.events.changed();
  }

  /** A bridge says behind its welcome that Kafka is unreachable, and never that it is reachable: once it answers, it would have. */
  private async welcomed(): Promise<void> {
    this.kafkaDownSince = 0;
    if (!this.toldDown) return;
    await this.client.channels().catch(() => {});
    if (this.kafkaDownSince === 0 && !this.ended) this.kafka(false, 0);
  }

  private kafka(down: boolean, since: number): void {
    if (down === this.toldDown) return;
    this.toldDown = down;
    this.events.kafka(down, since);
  }
}

/** Parses at the edge: past here the description is whole. */
export function parseInfo(json: unknown): BridgeInfo {
  const given = (json ?? {}) as Record<string, unknown>;
  const channels = Array.isArray(given["channels"]) ? given["channels"] : [];
  return {
    kafka: typeof given["kafka"] === "string" ? given["kafka"] : "",
    demo: given["demo"] === true,
    program: typeof given["program"] === "string" ? given["program"] : "tailrace",
    channels: channels.filter(c => typeof c?.name === "string").map(c => ({
      name: c.name,
      topic: typeof c.topic === "string" ? c.topic : c.name,
      ...(typeof c.title === "string" && c.title ? { title: c.title } : null),
      ...(Array.isArray(c.fields) ? { fields: c.fields.filter((field: unknown) => typeof field === "string") } : null),
      ...(c.units && typeof c.units === "object" ? { units: texts(c.units) } : null),
    })),
  };
}

function texts(object: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(object).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
