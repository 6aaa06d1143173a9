// The empty page: live chart paper that waits for the first record, and the line that produces it.
import type { BridgeInfo } from "../messages.ts";
import { two } from "../words.ts";
import { commands, fillCard } from "./connect.ts";
import { el, say } from "./dom.ts";
import { disc, fit } from "./draw.ts";
import { ink } from "./ink.ts";

const kSecond = 9.6;

export class Hello {
  private readonly paper = el<HTMLCanvasElement>("canvas", { "aria-hidden": "true" });
  private readonly heading = el("h2");
  private readonly waiting = el("span.what", {}, "Waiting for the first record");
  private readonly card = el(".hello-card", {}, this.heading, el("p", {}, "Paste this in a terminal. The topic is created, and its panel appears here by itself."),
    el(".tabs", { role: "tablist", "aria-label": "Tool" }), el(".code", {}, el("pre", { tabIndex: 0 })), el(".wait", {}, this.waiting, el("span.hint", {}, "any topic, looked for every 3 s")));
  readonly node = el(".hello", {}, this.paper, this.card);

  describe(info: BridgeInfo, narrow: boolean): void {
    say(this.heading, `Connected to ${info.kafka || "Kafka"}. No topics yet.`);
    fillCard(this.card, commands(info, !narrow));
  }

  /** The paper moves with the clock. */
  draw(at: number, live: boolean): void {
    const fitted = fit(this.paper);
    if (!fitted) return;
    const { ctx, w, h } = fitted, base = h - 36, edge = w - 16, seconds = at / 1000;
    ctx.font = `11px ${ink.font}`;
    ctx.textAlign = "center";
    for (let y = base; y > 0; y -= 48) {
      ctx.fillStyle = y === base ? ink["line-strong"] : ink.grid;
      ctx.fillRect(0, Math.round(y), w, 1);
    }
    for (let t = Math.ceil((seconds - w / kSecond) / 5) * 5; t <= seconds; t += 5) this.rule(ctx, t, Math.round(edge - (seconds - t) * kSecond), base, edge);
    ctx.fillStyle = live ? ink.live : ink["hold-ink"];
    ctx.fillRect(edge, 0, 1, base);
    disc(ctx, edge + 0.5, base, 3.5, live ? ink.live : ink["hold-ink"]);
  }

  private rule(ctx: CanvasRenderingContext2D, t: number, x: number, base: number, edge: number): void {
    const ten = t % 10 === 0;
    ctx.fillStyle = ten ? ink.line : ink.grid;
    ctx.fillRect(x, 0, 1, base + (ten ? 6 : 0));
    if (!ten || edge - x <= 20) return;
    const date = new Date(t * 1000), s = date.getSeconds();
    ctx.fillStyle = ink["text-3"];
    ctx.fillText(s ? `:${two(s)}` : `${two(date.getHours())}:${two(date.getMinutes())}`, x, base + 21);
  }
}
