// The one thing that may take space above the panels: what is wrong, and what to do about it. Pure choice, then a node.
import type { BridgeInfo, View } from "../messages.ts";
import { clock } from "../words.ts";
import { el } from "./dom.ts";
import { closedFor } from "./pill.ts";
import { bannerNode } from "./sheet.ts";

type BannerKind = "" | "offline" | "stale" | "kafka" | "closed" | "failed";

/** Short outages heal by themselves before anyone has read a banner. */
const kPatience = 1500;

export function bannerKind(view: View): BannerKind {
  const { word, since } = view.status;
  if (word === "closed") return "closed";
  if (word === "kafka" || word === "stale") return word;
  return word === "offline" && since > 0 && view.now - since > kPatience ? "offline" : "";
}

export function banner(kind: BannerKind, view: View, info: BridgeInfo, retry: () => void): HTMLElement | null {
  const { since, reason, hint } = view.status;
  const again = (text: string) => el("button.btn.outlined", { type: "button", onclick: retry }, text);
  switch (kind) {
    case "offline":
      if (hint) return bannerNode("hold", `No connection since ${clock(since)}:`, [hint], again("Retry now"));
      return bannerNode("hold", `Connection lost at ${clock(since)}.`, ["Kafka keeps the records; this page will fetch all it missed."], again("Retry now"));
    case "stale":
      return bannerNode("hold", `Nothing heard since ${clock(since)}.`, ["The connection is open, and silent. What is shown may be old; if it is lost, this page connects again by itself."], again("Retry now"));
    case "kafka":
      return bannerNode("hold", "Kafka is not reachable.", ["The bridge answers, but ", el("code", {}, info.kafka || "Kafka"), ` has not since ${clock(since)}. This page recovers by itself.`], null, [
        `Since ${clock(since)}: nothing new comes. What is produced meanwhile is hatched, and is fetched when Kafka answers.`,
        "Works all the same: all that this page shows, its records and its last minutes, and what the bridge holds in memory.",
        "Waits for Kafka: older history, and channels that are new.",
        "Does it stay? Look at the brokers, at the network between them and the bridge, and at certificates.",
      ]);
    case "closed":
      return bannerNode("loss", `Closed: ${closedFor(reason)}.`, [hint || "The bridge ended this connection for good."], el("button.btn.outlined", { type: "button", onclick: () => location.reload() }, "Reload"));
    default: return null;
  }
}

export function sparedBanner(panels: number, done: () => void): HTMLElement {
  const text = `${panels === 1 ? "1 panel is" : `${panels} panels are`} hidden.`, button = el("button.btn.outlined", { type: "button", onclick: done }, "OK");
  return bannerNode("hold", text, ["More percentiles were asked for than this page has memory for. The menu of a channel shows them again."], button);
}
