// The top bar's and the transport's buttons: what they say follows the state, what they do is told to the app.
import type { View } from "../messages.ts";
import { clock, grouped } from "../words.ts";
import { $, el, icon, mark, say } from "./dom.ts";
import { kWindows } from "./layout.ts";
import type { Entry } from "./menu.ts";
import { segment } from "./segment.ts";

export interface Controls {
  span(ms: number): void;
  pause(): void;
  play(): void;
  speed(times: number): void;
  live(): void;
  cut(): void;
  share(): void;
  theme(): void;
  keys(): void;
  reset(): void;
  records(): void;
}

export const kSpeeds: [string, number][] = [["1×", 1], ["5×", 5]];

export class TopBar {
  private readonly windows;
  private readonly speeds;
  private readonly pause = $<HTMLButtonElement>("#pause");
  private readonly play = $<HTMLButtonElement>("#play");
  private readonly cut = $<HTMLButtonElement>("#cut");
  private readonly live = $<HTMLButtonElement>("#live");
  private readonly clock = $("#clock");
  private readonly fraction = el("small");
  private readonly offsets = $("#offsets");
  private shape = "";
  private speed = 1;

  constructor(private readonly controls: Controls) {
    this.windows = segment($("#windows"), kWindows, ms => controls.span(ms));
    this.speeds = segment($("#speeds"), kSpeeds, times => controls.speed(times));
    this.clock.append("", this.fraction);
    this.pause.onclick = () => controls.pause();
    this.play.onclick = () => controls.play();
    this.cut.onclick = () => controls.cut();
    this.live.onclick = () => controls.live();
    $("#share").onclick = () => controls.share();
    $("#theme").onclick = () => controls.theme();
  }

  show(view: View, span: number, speed: number): void {
    const { mode, status } = view, past = mode === "past", still = mode === "paused" || (past && !view.playing);
    document.documentElement.dataset.mode = mode;
    this.windows.choose(span);
    this.speeds.choose((this.speed = speed));
    this.speeds.idle(!past);
    const shape = `${mode} ${still} ${status.word}`;
    if (shape !== this.shape) this.dress(shape, view, still);
  }

  time(at: number): void {
    say(this.fraction, `.${Math.floor((at % 1000) / 100)}`);
    const text = clock(at);
    if (this.clock.firstChild!.textContent !== text) this.clock.firstChild!.textContent = text;
  }

  places(places: View["offsets"]): void {
    if (!places) return;
    const rows = places.rows.slice(0, 3);
    while (this.offsets.children.length > rows.length) this.offsets.lastElementChild!.remove();
    rows.forEach(({ partition, offset }, i) => {
      const span = this.offsets.children[i] ?? this.offsets.appendChild(el("span", {}, "", el("b")));
      if (span.firstChild!.textContent !== `p${partition} `) span.firstChild!.textContent = `p${partition} `;
      say(span.lastElementChild!, grouped(offset));
    });
    mark(this.offsets, "title", `newest offsets of ${places.channel}`);
  }

  /** What the ⋯ of small screens holds. */
  entries(view: View | null, span: number): Entry[] {
    const { controls } = this, paused = view?.mode === "paused";
    return [
      { name: "Cut connection 10 s", disabled: this.cut.disabled, run: () => controls.cut() },
      { name: paused ? "Resume" : "Pause", run: () => controls.pause() },
      { name: "Live", disabled: view?.mode === "live", run: () => controls.live() },
      ...(view?.mode === "past" ? [{ name: "Speed", value: nameOf(kSpeeds, this.speed), items: () => choices(kSpeeds, this.speed, times => controls.speed(times)) }] : []),
      { name: "Window", value: nameOf(kWindows, span), items: () => choices(kWindows, span, ms => controls.span(ms)) },
      "line",
      { name: "Share", run: () => controls.share() },
      { name: "Switch theme", run: () => controls.theme() },
      { name: "Keyboard", run: () => controls.keys() },
      { name: document.body.dataset.view === "records" ? "Close records" : "Records", run: () => controls.records() },
      "line",
      { name: "Panels as the data suggests", run: () => controls.reset() },
    ];
  }

  private dress(shape: string, { mode, status, playing }: View, still: boolean): void {
    this.shape = shape;
    const past = mode === "past", paused = mode === "paused";
    this.pause.setAttribute("aria-pressed", String(paused));
    this.pause.replaceChildren(icon(paused || (past && !playing) ? "play" : "pause"), el("span", {}, paused ? "Resume" : past && !playing ? "Play" : "Pause"));
    this.play.replaceChildren(icon(still ? "play" : "pause"));
    this.play.setAttribute("aria-label", still ? (paused ? "Resume" : "Play") : "Pause");
    this.live.classList.toggle("on", mode === "live" && (status.word === "live" || status.word === "replaying"));
    this.cut.disabled = status.word !== "live" && status.word !== "replaying";
  }
}

function nameOf(options: [string, number][], value: number): string {
  return options.find(option => option[1] === value)?.[0] ?? "";
}

function choices(options: [string, number][], value: number, choose: (value: number) => void): Entry[] {
  return options.map(([name, option]) => ({ name, chosen: option === value, run: () => choose(option) }));
}
