// One followed channel: its subscription, and how far its partitions have come while something is being filled.
import type { Subscription } from "tailrace";
import { Ages } from "./ages.ts";
import type { Channel } from "./channel.ts";
import type { Comeback } from "./comeback.ts";

export class Watch {
  /** Still within its first fill. */
  filling = true;
  /** Losses whose end on the time axis is not known yet, by partition. */
  readonly losing = new Map<number, { to: number }>();
  readonly lastTime = new Map<number, number>();
  readonly ages = new Ages();
  /** Kafka is back, and what it kept meanwhile is not all here. */
  comeback: Comeback | null = null;
  /** Last time seen per partition, within a fill. */
  private readonly fronts = new Map<number, number>();
  /** Where each partition ends, as far as that was asked. */
  private heads: readonly (number | null)[] = [];

  constructor(readonly channel: Channel, readonly sub: Subscription) {}

  /** How far all partitions have come, on the time axis. What one without news still has to give nobody knows, unless it is at its end. */
  get front(): number {
    const places = Object.entries(this.sub.offsets), { heads, fronts } = this;
    if (!places.length) return -Infinity; // not granted yet
    return Math.min(...places.map(([p, next]) => (next >= (heads[Number(p)] ?? Infinity) ? Infinity : fronts.get(Number(p)) ?? -Infinity)));
  }

  came(partition: number, t: number): void {
    this.fronts.set(partition, t);
  }

  /** What is being filled ends there. */
  ends(heads: readonly (number | null)[]): void {
    this.heads = heads;
  }

  /** Another history begins. */
  restart(filling: boolean): void {
    this.filling = filling;
    this.losing.clear();
    this.lastTime.clear();
    this.comeback = null;
    this.rest();
  }

  /** Nothing is being filled, or no more of it comes now. */
  rest(): void {
    this.fronts.clear();
    this.heads = [];
  }
}
