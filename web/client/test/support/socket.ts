// WebSockets without a network. A test plays the server by `accept`, `say` and `hangUp`; `net.sockets` has them all.
import type { WebSocketLike } from "../../src/types.js";

export class FakeSocket implements WebSocketLike {
  readyState = 0;
  onopen: WebSocketLike["onopen"] = null;
  onmessage: WebSocketLike["onmessage"] = null;
  onclose: WebSocketLike["onclose"] = null;
  onerror: WebSocketLike["onerror"] = null;
  /** What the client closed with. */
  closedWith: number | undefined;
  readonly sent: any[] = [];
  /** Set by a server that answers by itself. */
  onsend: ((op: any) => void) | undefined;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {}

  send(data: string): void {
    if (this.readyState === 0) throw new Error("InvalidStateError");
    if (this.readyState !== 1) return;
    const op = JSON.parse(data);
    this.sent.push(op);
    this.onsend?.(op);
  }

  close(code?: number): void {
    if (this.readyState > 1) return;
    this.readyState = 3;
    this.closedWith = code;
  }

  get isOpen(): boolean {
    return this.readyState < 2;
  }

  /** Ops of one kind, or all but pings. */
  ops(op?: string): any[] {
    return this.sent.filter((sent) => (op ? sent.op === op : sent.op !== "ping"));
  }

  accept(welcome: object = {}): void {
    this.readyState = 1;
    this.onopen?.({});
    this.say({ welcome: { protocol: 1, server: "fake/0", session: "s", heartbeat: 15000, time: 0, limits: {}, ...welcome } });
  }

  say(frame: object | string): void {
    const asItIs = typeof frame === "string" || frame instanceof ArrayBuffer;
    if (this.readyState === 1) this.onmessage?.({ data: asItIs ? frame : JSON.stringify(frame) });
  }

  hangUp(code = 1006, reason = ""): void {
    if (this.readyState > 1) return;
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
}

/** Where the sockets of one test are. `WebSocket` is what `connect` takes. */
export function fakeNet(onconnect: (socket: FakeSocket) => void = () => {}) {
  const sockets: FakeSocket[] = [];
  class Socket extends FakeSocket {
    constructor(url: string, protocols: string[] = []) {
      super(url, protocols);
      sockets.push(this);
      onconnect(this);
    }
  }
  return {
    sockets,
    WebSocket: Socket,
    last: () => sockets[sockets.length - 1]!,
    open: () => sockets.filter((socket) => socket.isOpen),
  };
}
