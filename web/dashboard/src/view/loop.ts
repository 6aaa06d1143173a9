// The one animation loop. Views come in at their own pace; every frame draws the moment it is.
import type { View } from "../messages.ts";

export interface Moment {
  /** The bridge's clock. */
  now: number;
  /** The right edge of what is shown. */
  at: number;
  past: boolean;
  calm: boolean;
}

export interface Drawn {
  /** A new view, once. */
  take(view: View): void;
  /** Every frame; `slow` is true about ten times a second. */
  draw(view: View, moment: Moment, slow: boolean): void;
  /** The view was put on the screen: the next one may come. */
  drawn(): void;
}

/** The Worker's slow parts come at full tenths of the bridge's seconds too: one frame has all the layout, nine have none. */
const kSlow = 100;

export class Loop {
  view: View | null = null;
  private fresh = false;
  private received = 0;
  private tenth = 0;
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(private readonly parts: Drawn) {
    requestAnimationFrame(() => this.frame());
  }

  receive(view: View): void {
    this.view = view;
    this.fresh = true;
    this.received = performance.now();
  }

  /** Now, on the bridge's clock. */
  get now(): number {
    return this.view ? this.view.now + performance.now() - this.received : Date.now();
  }

  get moment(): Moment {
    const { view, now } = this;
    const at = !view || view.mode === "live" ? now : view.at + (view.playing ? (performance.now() - this.received) * view.speed : 0);
    return { now, at, past: view?.mode === "past", calm: this.still.matches };
  }

  /** Draws the slow parts at the next frame too. */
  hurry(): void {
    this.tenth = 0;
  }

  private frame(): void {
    requestAnimationFrame(() => this.frame());
    if (!this.view) return;
    if (this.fresh) this.parts.take(this.view);
    const tenth = Math.floor(this.now / kSlow), slow = tenth !== this.tenth || (this.fresh && this.view.mode === "past");
    this.tenth = tenth;
    this.parts.draw(this.view, this.moment, slow);
    if (this.fresh) {
      this.fresh = false;
      this.parts.drawn();
    }
  }
}
