// The scrubber: a lane of thirty windows with the pace of records and the outages marked, a strip of all that Kafka keeps,
// a head to drag.
import type { LaneView, View } from "../messages.ts";
import { clock, moment, spell } from "../words.ts";
import { $, mark, say } from "./dom.ts";
import { drawLane, drawStrip, laneBox, type LaneBox, type LaneTime } from "./lane.ts";
import { fit } from "./draw.ts";

export interface ScrubEvents {
  seek(at: number, dragging: boolean): void;
  live(): void;
}

export class Scrubber {
  private readonly node = $("#lanes");
  private readonly canvas = $<HTMLCanvasElement>("canvas", this.node);
  private readonly head = $("#head");
  private lane: LaneView | null = null;
  private box: LaneBox | null = null;
  private time: LaneTime = { now: 0, at: 0, span: 60_000, past: false };
  private dragging: "lane" | "strip" | null = null;
  private draggedTo = 0;

  constructor(private readonly events: ScrubEvents) {
    this.node.addEventListener("pointerdown", event => this.grab(event));
    this.node.addEventListener("pointermove", event => this.drag(event));
    this.node.addEventListener("pointerup", event => this.release(event));
    this.node.addEventListener("pointercancel", event => this.release(event));
    this.head.addEventListener("keydown", event => this.key(event));
  }

  update(lane: LaneView): void {
    this.lane = lane;
  }

  /** The time that the head shows, while it is dragged; else that of the page. */
  get heldAt(): number | null {
    return this.dragging ? this.draggedTo : null;
  }

  draw(view: View, now: number, at: number): void {
    const fitted = fit(this.canvas);
    if (!fitted) return;
    this.time = { now, at: this.heldAt ?? at, span: view.span, past: view.mode === "past" || this.dragging !== null };
    this.box = laneBox(fitted, this.time, this.earliest);
    drawLane(fitted.ctx, this.box, this.time, this.lane);
    if (!this.box.small && Number.isFinite(this.earliest)) drawStrip(fitted.ctx, this.box, this.time, this.lane);
    this.words();
  }

  private get earliest(): number {
    return this.lane?.earliest ?? NaN;
  }

  private words(): void {
    const { box, time } = this, from = box!.from;
    this.head.style.transform = `translateX(${Math.round(box!.x(time.at))}px)`;
    mark(this.head, "aria-valuemax", String(Math.round((time.now - from) / 1000)));
    mark(this.head, "aria-valuenow", String(Math.round((time.at - from) / 1000)));
    mark(this.head, "aria-valuetext", time.past ? `${clock(time.at)}, ${spell(time.now - time.at)} ago` : "live");
    const known = Number.isFinite(this.earliest);
    say($("#lane-from"), known ? moment(this.earliest, time.now) : "");
    say($("#lane-to"), known ? "now" : "");
    say($("#keeps"), known ? `Kafka holds ${spell(time.now - this.earliest)}` : "Nothing kept yet");
  }

  private grab(event: PointerEvent): void {
    if (event.button !== 0 || !this.box || !this.lane || !Number.isFinite(this.earliest)) return;
    const y = event.clientY - this.node.getBoundingClientRect().top;
    this.dragging = !this.box.small && y > this.box.stripTop - 6 ? "strip" : "lane";
    this.node.setPointerCapture(event.pointerId);
    this.drag(event);
  }

  private drag(event: PointerEvent): void {
    if (!this.dragging || !this.box) return;
    const x = event.clientX - this.node.getBoundingClientRect().left;
    const t = this.dragging === "lane" ? this.box.timeAt(x) : this.box.stripTimeAt(x);
    this.draggedTo = Math.max(this.earliest, Math.min(this.time.now, t));
    this.events.seek(this.draggedTo, true);
  }

  private release(event: PointerEvent): void {
    if (!this.dragging) return;
    this.node.releasePointerCapture(event.pointerId);
    this.dragging = null;
    if (this.time.now - this.draggedTo < (this.box!.to - this.box!.from) / 300) this.events.live();
    else this.events.seek(this.draggedTo, false);
  }

  private key(event: KeyboardEvent): void {
    const page = (this.time.now - (this.box?.from ?? 0)) / 10;
    const by = { ArrowLeft: -1000, ArrowRight: 1000, ArrowDown: -1000, ArrowUp: 1000, PageDown: -page, PageUp: page }[event.key];
    if (event.key === "Home") this.events.seek(Math.max(this.earliest, this.box?.from ?? 0), false);
    else if (event.key === "End") this.events.live();
    else if (by === undefined) return;
    else this.events.seek(this.time.at + by * (event.shiftKey ? 10 : 1), false);
    event.preventDefault();
    event.stopPropagation();
  }
}
