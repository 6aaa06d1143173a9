// The lines that a person pastes into a terminal to see their own data arrive.
import type { BridgeInfo } from "../messages.ts";
import { copyable } from "./copy.ts";
import { $, el, say } from "./dom.ts";
import { quoted } from "./record.ts";

export type Commands = [tool: string, text: string][];

/** `wide` has room for a line that keeps producing. Pure. */
export function commands(info: Pick<BridgeInfo, "kafka" | "demo" | "program">, wide: boolean): Commands {
  const broker = quoted(info.kafka || "localhost:9092"), program = quoted(info.program);
  const loop = `while sleep 0.2; do echo "{\\"cpu\\":$((RANDOM % 100))}"; done |`;
  const once = `echo '{"cpu":42}' |`;
  const kcat = wide ? `${loop}\n  kcat -P -b ${broker} -t hello -k me` : `${once} kcat \\\n  -P -b ${broker} \\\n  -t hello -k me`;
  if (info.demo) return [["kcat", kcat], ["tailrace produce", wide ? `${loop}\n  ${program} produce --topic hello --brokers ${broker}` : `${once}\n${program} \\\n  produce --topic hello \\\n  --brokers ${broker}`]];
  const console_ = wide ? `${loop}\n  kafka-console-producer.sh --bootstrap-server ${broker} \\\n    --topic hello` : `${once}\nkafka-console-producer.sh \\\n  --bootstrap-server \\\n  ${broker} \\\n  --topic hello`;
  return [["kcat", kcat], ["console producer", console_]];
}

/** Fills a card's tabs and code block. */
export function fillCard(at: HTMLElement, list: Commands): void {
  const tabs = $(".tabs", at), pre = $("pre", at);
  const before = tabs.querySelector("[aria-selected=true]")?.textContent;
  const choose = (name: string) => {
    say(pre, list.find(([tool]) => tool === name)?.[1] ?? "");
    pre.setAttribute("aria-label", name);
    for (const tab of tabs.children) {
      tab.setAttribute("aria-selected", String(tab.textContent === name));
      (tab as HTMLElement).tabIndex = tab.textContent === name ? 0 : -1;
    }
  };
  tabs.replaceChildren(...list.map(([name]) => el("button", { type: "button", role: "tab", onclick: () => choose(name) }, name)));
  tabs.onkeydown = event => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0, kids = [...tabs.children] as HTMLElement[];
    const next = by && kids[(kids.indexOf(document.activeElement as HTMLElement) + by + kids.length) % kids.length];
    if (!next) return;
    event.stopPropagation();
    next.focus();
    next.click();
  };
  choose(list.some(([name]) => name === before) ? before! : list[0][0]);
  copyable($(".code", at));
}
