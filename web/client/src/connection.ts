// One socket at a time to one bridge after another: dialling, backoff, tokens, liveness. What the frames of a channel
// mean is the business of its rider.
//
//   idle ──► dialling ──welcome──► open ──┐            suspended: no socket until retry
//              ▲  └──── waiting ◄─────────┘            closed: for good
//              └──────────┘  lost
import { Backoff } from "./backoff.js";
import { Failure, refusal, terminal } from "./errors.js";
import type { Cancel, Host } from "./host.js";
import { Liveness } from "./liveness.js";
import type { ClientEvents, Options, State, StateChange, WebSocketClass, WebSocketLike } from "./types.js";
import { isCount, Nonsense, parseFrame, type Frame } from "./wire.js";

/** Uptime after which a connection counts as good: backoff and refused tokens are forgotten. */
const GOOD = 5000;
/** From dialling to `welcome`. */
const DIAL = 20_000;
/** Between attempts to renew a token in place, and between measurements of the bridge's clock. */
const RENEW = 5000;
const MEASURE = 60_000;

/** Whoever has something on a connection: a channel, or the questions. */
export interface Rider {
  /** The connection is open: say what you want. */
  opened_(): void;
  /** A data frame of this rider's channel. */
  data_(frame: Frame, text: string): void;
  /** Any other frame; true when it was for this rider. */
  answer_(frame: Frame, text: string): boolean;
  /** Another token was taken: what was refused may be granted now. */
  authenticated_(): void;
  /** The connection's state changed; one that is not open any more knows nothing of what was asked. */
  changed_(change: StateChange): void;
  ended_(failure: Failure): void;
}

export interface Surroundings {
  readonly url_: string;
  readonly host_: Host;
  readonly options_: Options;
  /** No sockets now. */
  readonly suspended_: boolean;
  changed_(connection: Connection, change: StateChange): void;
  released_(connection: Connection): void;
  tell_<K extends keyof ClientEvents>(type: K, event: ClientEvents[K]): void;
  /** The bridge's clock showed `time` between `sent` and now. */
  clock_(sent: number, time: number): void;
}

export class Connection {
  state_: State = "idle";
  isOpen_ = false;
  /** When the next attempt is due, while one waits. */
  retryAt_: number | undefined;
  /** Subscriptions that the bridge allows here. */
  room_ = Infinity;
  readonly riders_ = new Map<string, Rider>();

  private readonly backoff_ = new Backoff();
  private readonly liveness_: Liveness;
  private socket_: WebSocketLike | undefined;
  /** Of what is due next: an attempt, its time limit, another try for a token. */
  private cancel_: Cancel | undefined;
  /** Replaced whenever a socket is given up: what still waits for a token finds out by that. */
  private attempt_ = {};
  private openedAt_ = 0;
  /** The bridge's `reconnect_in`. */
  private hint_: number | undefined;
  /** Tokens refused in a row. */
  private refused_ = 0;
  private ids_ = 0;
  private authId_ = 0;
  private ping_ = { id_: 0, sent_: 0 };

  constructor(private readonly around_: Surroundings) {
    this.liveness_ = new Liveness(around_.host_, {
      stale_: () => {
        this.set_("stale", "silent");
        this.measure_();
      },
      fresh_: () => this.set_("live", "heard"),
      dead_: () => this.lost_("silent"),
    });
  }

  /** Takes a rider along under a channel's name. */
  carry_(name: string, rider: Rider): void {
    this.riders_.set(name, rider);
    this.open_();
    if (this.isOpen_) rider.opened_();
  }

  release_(name: string): void {
    this.riders_.delete(name);
    this.around_.released_(this);
  }

  open_(): void {
    if (this.state_ !== "idle") return;
    if (this.around_.suspended_) this.set_("connecting", "suspended");
    else void this.dial_("open");
  }

  /** Sends an op under a new id, which it returns. */
  send_(op: Frame): number {
    this.socket_?.send(JSON.stringify({ ...op, id: ++this.ids_ }));
    return this.ids_;
  }

  /** Connect now, out of a backoff or a suspension. */
  retry_(): void {
    const under = this.socket_ || (this.cancel_ && !this.retryAt_);
    if (!under && this.state_ !== "idle" && this.state_ !== "closed") void this.dial_("retry");
  }

  online_(): void {
    if (!this.retryAt_) return;
    this.backoff_.reset_();
    this.wait_("online");
  }

  /** The platform says that there is no network. That is a reason to doubt, not to let go: localhost has none. */
  offline_(): void {
    this.liveness_.doubt_();
    if (this.retryAt_) this.set_("offline", "offline");
  }

  /** No socket until `retry_`. */
  suspend_(reason: string): void {
    if (this.state_ === "idle" || this.state_ === "closed") return;
    this.drop_();
    this.set_("connecting", reason);
  }

  close_(failure = new Failure("closed", "closed", false), code?: number): void {
    if (this.state_ === "closed") return;
    this.drop_();
    this.set_("closed", failure.code, code);
    for (const rider of [...this.riders_.values()]) rider.ended_(failure);
    this.riders_.clear();
  }

  private async dial_(reason: string): Promise<void> {
    this.drop_();
    const { attempt_ } = this;
    let stage = "token_failed";
    this.cancel_ = this.around_.host_.after(DIAL, () => this.lost_("timeout"));
    this.set_("connecting", reason);
    try {
      const source = this.around_.options_.token;
      const token = typeof source === "function" ? await source() : source;
      stage = "connect_failed";
      if (attempt_ === this.attempt_) this.attach_(token);
    } catch (error) {
      if (attempt_ !== this.attempt_) return;
      this.lost_(stage);
      this.error_(stage, error);
    }
  }

  private attach_(token: string | undefined): void {
    const WebSocket = this.around_.options_.WebSocket ?? (globalThis.WebSocket as unknown as WebSocketClass);
    const socket = new WebSocket(this.around_.url_, ["tailrace.v1", ...(token ? [`bearer.${token}`] : [])]);
    this.socket_ = socket;
    socket.onmessage = (event) => this.message_(event.data);
    socket.onclose = (event) => this.closed_(event.code);
    socket.onerror = () => {}; // a close follows
  }

  private message_(data: string): void {
    this.liveness_.heard_();
    try {
      const frame = parseFrame(data);
      if (!this.isOpen_) this.welcome_(frame.welcome);
      else if (frame.ch !== undefined) this.riders_.get(frame.ch)?.data_(frame, data);
      else this.control_(frame, data);
    } catch (error) {
      if (!(error instanceof Nonsense)) throw error;
      this.lost_("protocol_error", 4400);
      this.error_("protocol_error", `${error.message}: ${`${data}`.slice(0, 200)}`);
    }
  }

  private welcome_(welcome: Frame | undefined): void {
    const { protocol, heartbeat, time, limits } = welcome ?? {};
    if (protocol !== 1 || !(heartbeat > 0 && heartbeat < 1e9)) throw new Nonsense("no welcome");
    this.cancel_!();
    this.cancel_ = undefined;
    this.isOpen_ = true;
    this.openedAt_ = this.around_.host_.now();
    this.room_ = limits?.subscriptions ?? Infinity;
    this.around_.clock_(-Infinity, time);
    this.liveness_.start_(heartbeat);
    this.measure_();
    this.set_("live", "open");
    for (const rider of [...this.riders_.values()]) rider.opened_();
  }

  private control_(frame: Frame, text: string): void {
    if (frame.heartbeat) this.heartbeat_();
    else if (frame.pong) this.pong_(frame);
    else if (frame.status) this.around_.tell_("status", frame.status);
    else if (frame.closing) this.hint_ = frame.closing.reconnect_in;
    else if (frame.expiring) void this.renew_();
    else if (frame.authenticated) for (const rider of [...this.riders_.values()]) rider.authenticated_();
    else if (![...this.riders_.values()].some((rider) => rider.answer_(frame, text)) && frame.error) this.stray_(frame);
  }

  private heartbeat_(): void {
    if (this.around_.host_.now() - this.ping_.sent_ > MEASURE) this.measure_();
  }

  private measure_(): void {
    this.ping_ = { sent_: this.around_.host_.now(), id_: this.send_({ op: "ping" }) };
  }

  private pong_({ pong, id }: Frame): void {
    if (id === this.ping_.id_) this.around_.clock_(this.ping_.sent_, pong.time);
  }

  /** A new token in place, before the old one expires. */
  private async renew_(last = false): Promise<void> {
    const source = this.around_.options_.token;
    if (typeof source !== "function") return;
    const { attempt_ } = this;
    try {
      const token = await source();
      if (attempt_ === this.attempt_) this.authId_ = (last ? -1 : 1) * this.send_({ op: "auth", token });
    } catch (error) {
      if (attempt_ !== this.attempt_) return;
      this.error_("token_failed", error);
      this.cancel_ = this.around_.host_.after(RENEW, () => void this.renew_());
    }
  }

  /** An error that no rider asked for. */
  private stray_({ error, id }: Frame): void {
    if (error.code === "cancelled" || error.code === "not_subscribed") return;
    this.error_(error.code, error.message);
    if (id === this.authId_) void this.renew_(true);
  }

  private closed_(code: number): void {
    if (this.openedAt_ && this.around_.host_.now() - this.openedAt_ >= GOOD) this.refused_ = 0;
    const renewable = typeof this.around_.options_.token === "function" && !this.refused_;
    const refused = refusal[code];
    const stop = terminal[code] ?? (renewable ? undefined : refused);
    if (refused) this.refused_++;
    if (stop) return this.stop_(stop, code);
    const wasOpen = this.isOpen_;
    this.lost_("lost", code);
    if (code === 1009) this.error_("too_big", "a message was too big");
    if (!wasOpen && !refused) this.error_("connect_failed", `no connection to ${this.around_.url_}`);
  }

  private stop_(error: string, code: number): void {
    const failure = new Failure(error, `closed with ${code}`, false);
    this.close_(failure, code);
    this.around_.tell_("error", failure);
  }

  private lost_(reason: string, code?: number): void {
    if (this.openedAt_ && this.around_.host_.now() - this.openedAt_ >= GOOD) this.backoff_.reset_();
    this.drop_(code);
    this.wait_(reason, code);
  }

  private wait_(reason: string, code?: number): void {
    const { host_ } = this.around_;
    const ms = this.backoff_.next_(host_.random(), isCount(this.hint_) ? this.hint_ : 0);
    this.hint_ = undefined;
    this.cancel_?.();
    this.cancel_ = host_.after(ms, () => void this.dial_("retry"));
    this.retryAt_ = host_.now() + ms;
    this.set_(host_.online() ? "connecting" : "offline", reason, code, ms);
  }

  /** Lets go of the socket and of everything that was due. */
  private drop_(code?: number): void {
    this.cancel_?.();
    this.cancel_ = this.retryAt_ = undefined;
    this.attempt_ = {};
    this.liveness_.stop_();
    this.isOpen_ = false;
    this.openedAt_ = 0;
    const socket = this.socket_;
    this.socket_ = undefined;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close(code === 4400 ? code : 1000);
  }

  private set_(state: State, reason: string, code?: number, retryIn?: number): void {
    const change = { old: this.state_, new: state, reason, code, retryIn };
    if (change.old === state && retryIn === undefined) return;
    this.state_ = state;
    for (const rider of [...this.riders_.values()]) rider.changed_(change);
    this.around_.changed_(this, change);
  }

  private error_(code: string, cause: unknown): void {
    this.around_.tell_("error", new Failure(code, cause instanceof Error ? cause.message : `${cause}`, true));
  }
}
