// A clock, dice and a page of the test's own. Time moves with `pass`; what promises hold is run between timers.
import type { Cancel, Host, PageEvent } from "../../src/host.js";

interface Timer {
  at: number;
  then: () => void;
}

export class FakeHost implements Host {
  time = 1_000_000;
  isOnline = true;
  readonly timers = new Set<Timer>();
  readonly listeners = new Set<{ type: PageEvent; then: () => unknown }>();

  constructor(readonly random: () => number = () => 0.5) {}

  now = () => this.time;
  online = () => this.isOnline;

  after = (ms: number, then: () => void): Cancel => {
    const timer = { at: this.time + ms, then };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  };

  listen = (type: PageEvent, then: () => unknown): Cancel => {
    const listener = { type, then };
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  async page(type: PageEvent): Promise<void> {
    if (type === "online" || type === "offline") this.isOnline = type === "online";
    for (const listener of [...this.listeners]) if (listener.type === type) listener.then();
    await settled();
  }

  /** Runs what is due within the next `ms`, in order. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    await settled();
    for (let timer = this.due(end); timer; timer = this.due(end)) {
      this.timers.delete(timer);
      this.time = Math.max(this.time, timer.at);
      timer.then();
      await settled();
    }
    this.time = end;
  }

  /** Time that passed while nothing ran: a laptop slept, a tab was throttled. */
  sleep(ms: number): void {
    this.time += ms;
  }

  private due(end: number): Timer | undefined {
    const [first] = [...this.timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at);
    return first;
  }
}

/** Everything that promises were waiting for has run. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A small generator of pseudo-random numbers, so that a failing run can be had again. */
export function dice(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
