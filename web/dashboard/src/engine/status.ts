// How it stands, in one word and the facts beside it. The worst that is true wins.
import type { Status, Word } from "../messages.ts";
import type { Link } from "./link.ts";
import type { Live } from "./live.ts";

export function statusOf(link: Link, live: Live, channels: number): Status {
  const now = link.client.now(), word = wordOf(link, live);
  const counted = live.faults.episode?.counted ?? { done: live.records, total: 0 };
  const since = word === "kafka" ? link.kafkaDownSince : word === "stale" ? link.heardAt : link.downSince;
  return {
    word, since, due: dueOf(link, word),
    reason: link.ended?.reason ?? "", hint: link.ended?.hint ?? (link.listed ? "" : link.hint), ...counted,
    behind: live.behind, rate: live.rate(now), newest: live.lastArrival, channels,
  };
}

function wordOf(link: Link, live: Live): Word {
  const { state } = link.client;
  if (link.ended) return "closed";
  if (link.cutter.until > 0) return "cut";
  if (!link.listed && !link.failed) return "connecting";
  if (state === "connecting" || state === "offline") return "offline";
  if (!link.listed) return "connecting";
  if (state === "stale") return "stale";
  if (link.kafkaDownSince > 0) return "kafka";
  return live.filling || live.faults.episode ? "replaying" : "live";
}

/** On the bridge's clock, like all other times. */
function dueOf(link: Link, word: Word): number {
  const local = word === "cut" ? link.cutter.until : word === "offline" ? link.retryAt : 0;
  return local ? link.client.now() + local - Date.now() : 0;
}
