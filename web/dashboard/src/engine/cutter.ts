// WebSockets that can be cut: closed for real, deaf at once, and refused until the cut is over. What the page's
// "Cut connection" uses, so that an outage is one and not a picture of one.
import type { WebSocketClass, WebSocketLike } from "tailrace";

type Handler = ((event: any) => void) | null;

export class Cutter {
  /** When the cut ends, by the local clock; 0 when there is none. */
  until = 0;
  /** When something was last heard on any of the sockets, by the local clock. */
  heardAt = 0;
  private readonly open = new Set<Cut>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Sockets made by this class obey this cutter. */
  get sockets(): WebSocketClass {
    const refused = () => this.until > 0, open = this.open, heard = () => (this.heardAt = Date.now());
    return class extends Cut {
      constructor(url: string, protocols?: string[]) {
        super(refused() ? null : new WebSocket(url, protocols), open, heard);
      }
    };
  }

  /** Cuts all sockets for `ms`; then `over` is called. A second cut while one lasts changes nothing. */
  cut(ms: number, over: () => void): boolean {
    if (this.until > 0) return false;
    this.until = Date.now() + ms;
    for (const socket of [...this.open]) socket.sever();
    this.timer = setTimeout(() => this.mend(over), ms);
    return true;
  }

  /** Ends the cut now. */
  mend(over: () => void): void {
    clearTimeout(this.timer);
    if (this.until === 0) return;
    this.until = 0;
    over();
  }
}

class Cut implements WebSocketLike {
  onopen: Handler = null;
  onmessage: Handler = null;
  onclose: Handler = null;
  onerror: Handler = null;
  private severed = false;

  constructor(private readonly real: WebSocket | null, private readonly among: Set<Cut>, heard: () => void) {
    if (!real) {
      queueMicrotask(() => this.sever());
      return;
    }
    among.add(this);
    real.onopen = event => this.severed || this.onopen?.(event);
    real.onmessage = event => {
      if (this.severed) return;
      heard();
      this.onmessage?.(event);
    };
    real.onerror = event => this.severed || this.onerror?.(event);
    real.onclose = event => this.severed || this.end(event);
  }

  get readyState(): number {
    return this.severed ? 3 : this.real?.readyState ?? 0;
  }

  get protocol(): string {
    return this.real?.protocol ?? "";
  }

  get bufferedAmount(): number {
    return this.real?.bufferedAmount ?? 0;
  }

  send(data: string): void {
    if (!this.severed) this.real?.send(data);
  }

  close(code?: number, reason?: string): void {
    this.real?.close(code, reason);
  }

  /** The line is dead: nothing more is heard, and the real socket goes too. */
  sever(): void {
    if (this.severed) return;
    this.severed = true;
    this.real?.close();
    this.end({ code: 1006, reason: "", wasClean: false });
  }

  private end(event: { code: number; reason: string; wasClean: boolean }): void {
    this.among.delete(this);
    this.onclose?.(event);
  }
}
