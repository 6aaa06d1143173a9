// One socket at a time to one bridge after another: dialling, backoff, tokens, liveness. What the frames of a channel
// mean is the business of its rider.
//
//   idle ──► dialling ──welcome──► open ──┐            suspended: no socket until retry
//              ▲  ▲                       │ lost       closed: for good
//              │  └────── waiting ◄───────┤
//              └─────────── retry ────────┘
import { backoff } from "./backoff.js";
import { endings, failure, isRefusal } from "./errors.js";
import type { Cancel, Host } from "./host.js";
import { createLiveness } from "./liveness.js";
import { ask } from "./questions.js";
import type { ClientEvents, Options, State, StateChange, TailraceError, WebSocketClass, WebSocketLike } from "./types.js";
import { need, parseFrame, type Frame } from "./wire.js";

/** Uptime after which a connection counts as good: failures and refused tokens are forgotten. */
const GOOD = 5000;
/** From dialling to `welcome`. */
const DIAL = 20_000;
/** Between measurements of the bridge's clock. */
const MEASURE = 60_000;

/** Whoever has something on a connection: a channel, or the questions. */
export interface Rider {
  /** The connection is open, new at `time` on the bridge's clock: say what you want. */
  opened_(time?: number): void;
  /** A data frame of this rider's channel. */
  data_?(frame: Frame, text: string): void;
  /** Any other frame that is not the connection's own; true when it was for this rider. */
  answer_(frame: Frame, text: string): boolean;
  /** Another token was taken: what was refused may be granted now. */
  authenticated_?(): void;
  /** The state changed. A connection that is not open any more knows nothing of what was asked. */
  changed_(change: StateChange): void;
  ended_(error: TailraceError): void;
}

export interface Surroundings {
  readonly url_: string;
  readonly host_: Host;
  readonly options_: Options;
  /** Why there are to be no sockets now; empty when there may be. */
  suspended_: string;
  changed_(connection: Connection, change: StateChange): void;
  /** A channel's feed is gone from the connection. */
  released_(connection: Connection): void;
  tell_<K extends keyof ClientEvents>(type: K, event: ClientEvents[K]): unknown;
  /** The bridge's clock showed `time` between `sent` and now. */
  clock_(sent: number, time: number): void;
}

export type Connection = ReturnType<typeof createConnection>;

export function createConnection(around: Surroundings) {
  const { host_: host, options_: options } = around;
  let socket: WebSocketLike | undefined;
  let cancel: Cancel | undefined; // what is due next: an attempt, its time limit, its success
  let attempt = {}; // replaced whenever a socket is given up: what waits for a token finds out by that
  let waiting = false;
  let failures = 0;
  let reconnectIn: number | undefined;
  let refused = false; // the last token
  let ids = 0;
  let measuredAt = 0;

  const self = {
    state_: "idle" as State,
    isOpen_: false,
    /** By channel; questions by something that is their own. */
    riders_: new Map<unknown, Rider>(),

    carry_(name: unknown, rider: Rider): void {
      if (self.state_ === "closed") return rider.ended_(failure("closed"));
      self.riders_.set(name, rider);
      if (self.isOpen_) rider.opened_();
      if (self.state_ !== "idle") return;
      if (around.suspended_) rest();
      else void dial("open");
    },

    release_(channel: string): void {
      self.riders_.delete(channel);
      around.released_(self);
    },

    /** Sends an op under a new id, which it returns. */
    send_(op: Frame): number {
      socket?.send(JSON.stringify({ ...op, id: ++ids }));
      return ids;
    },

    /** Connect now, out of a backoff or a suspension. */
    retry_(): void {
      if (waiting) void dial("retry");
    },

    online_(): void {
      failures = 0;
      if (waiting && !around.suspended_) wait("online");
    },

    /** The platform sees no network: a reason to doubt, not to let go, for localhost needs none. */
    offline_(): void {
      if (self.isOpen_) liveness.doubt_();
      if (waiting) set("offline", "offline");
    },

    /** No socket until `retry_`. */
    suspend_(): void {
      if (self.state_ !== "idle" && self.state_ !== "closed") rest();
    },

    close_(error = failure("closed"), code?: number): void {
      if (self.state_ === "closed") return;
      drop();
      set("closed", error.code, code);
      self.riders_.forEach((rider) => rider.ended_(error));
      self.riders_.clear();
    },
  };

  const liveness = createLiveness(host, {
    stale_() {
      set("stale", "silent");
      measure();
    },
    fresh_: () => set("live", "heard"),
    dead_: () => lose("silent"),
  });

  const source = options.token;
  const renewable = typeof source === "function";
  const getToken = async () => (renewable ? source() : source);

  async function dial(reason: string): Promise<void> {
    drop();
    const mine = attempt;
    cancel = host.after(DIAL, () => lose("timeout"));
    set("connecting", reason);
    let stage = "token_failed";
    try {
      const token = await getToken();
      stage = "connect_failed";
      if (mine === attempt) attach(token);
    } catch (error) {
      if (mine !== attempt) return;
      lose(stage);
      report(stage, error);
    }
  }

  function attach(token?: string): void {
    const Socket = options.WebSocket ?? (WebSocket as unknown as WebSocketClass);
    socket = new Socket(around.url_, token ? ["tailrace.v1", `bearer.${token}`] : ["tailrace.v1"]);
    socket.onmessage = ({ data }) => received(data);
    socket.onclose = ({ code }) => closed(code);
    socket.onerror = () => {}; // a close follows
  }

  function received(data: string): void {
    const mine = attempt;
    liveness.heard_();
    if (mine !== attempt) return; // a listener let go of it
    try {
      const frame = parseFrame(data);
      const feed = self.riders_.get(frame.ch);
      if (!self.isOpen_) welcome(frame.welcome);
      else if (feed) feed.data_!(frame, data);
      else control(frame, data);
      if (self.isOpen_ && Math.abs(host.now() - measuredAt) > MEASURE) measure();
    } catch (error) {
      lose("protocol_error", 4400);
      report("protocol_error", `${error}: ${data}`.slice(0, 200));
    }
  }

  function welcome({ protocol, heartbeat, time }: Frame): void {
    need(protocol === 1 && heartbeat > 0 && heartbeat < 1e9);
    cancel!();
    cancel = host.after(GOOD, () => {
      failures = 0;
      refused = false;
    });
    self.isOpen_ = true;
    measuredAt = 0;
    liveness.start_(heartbeat);
    set("live", "open");
    self.riders_.forEach((rider) => self.isOpen_ && rider.opened_(time));
  }

  function control(frame: Frame, text: string): void {
    const { status, closing, expiring, error, id } = frame;
    if (expiring) void renew(true);
    else if (status) around.tell_("status", status);
    else if (closing) reconnectIn = closing.reconnect_in;
    else if (![...self.riders_.values()].some((rider) => rider.answer_(frame, text)) && error && !id) {
      report(error.code, error.message); // one with an id is about what nobody waits for any more
    }
  }

  /** How far apart the clocks are. */
  function measure(): void {
    const sent = (measuredAt = host.now());
    ask(self, host, { op: "ping" }).then(({ pong }) => around.clock_(sent, pong.time), () => {});
  }

  /** A new token in place, before the old one expires; one that is refused is renewed once. */
  async function renew(again: boolean): Promise<void> {
    if (!renewable) return;
    const mine = attempt;
    try {
      await ask(self, host, { op: "auth", token: await getToken() });
      self.riders_.forEach((rider) => rider.authenticated_?.());
    } catch (error: any) {
      if (mine !== attempt) return;
      report(error.code ?? "token_failed", error.message);
      if (error.code && again) void renew(false);
    }
  }

  function closed(code: number): void {
    const isOpen = self.isOpen_;
    const another = isRefusal(code) && renewable && !refused;
    refused ||= isRefusal(code);
    if (endings[code] && !another) {
      const error = failure(endings[code]);
      self.close_(error, code);
      around.tell_("error", error);
      return;
    }
    lose("lost", code);
    if (code === 1009) report("too_big", code);
    if (!isOpen && !another) report("connect_failed", around.url_);
  }

  function lose(reason: string, code?: number): void {
    drop(code);
    wait(reason, code);
  }

  function wait(reason: string, code?: number): void {
    const ms = backoff(failures++, host.random(), reconnectIn);
    reconnectIn = undefined;
    cancel?.();
    cancel = host.after(ms, () => void dial("retry"));
    waiting = true;
    set(host.online() ? "connecting" : "offline", reason, code, ms);
  }

  function rest(): void {
    drop();
    waiting = true;
    set("connecting", around.suspended_);
  }

  /** Lets go of the socket and of everything that was due. */
  function drop(code?: number): void {
    cancel?.();
    cancel = undefined;
    waiting = self.isOpen_ = false;
    attempt = {};
    liveness.stop_();
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close(code === 4400 ? code : 1000);
    socket = undefined;
  }

  function set(state: State, reason: string, code?: number, retryIn?: number): void {
    const change = { old: self.state_, new: state, reason, code, retryIn };
    self.state_ = state;
    if (change.old === state && retryIn === undefined) return;
    // Any of those who hear of it may make another change, and the rest has heard of that.
    self.riders_.forEach((rider) => self.state_ === state && rider.changed_(change));
    if (self.state_ === state) around.changed_(self, change);
  }

  function report(code: string, cause: unknown): void {
    around.tell_("error", failure(code, `${cause}`, true));
  }

  return self;
}
