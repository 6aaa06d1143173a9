// tailrace: Kafka topics in the browser. See README.md.
import { Tailrace } from "./client.js";
import type { Client, Options } from "./types.js";

export type * from "./types.js";

/**
 * A client of the bridge at `url`: `ws:`, `wss:`, `http:`, `https:` or relative to the page; of a folder (`…/`) its `ws`.
 * It opens a socket with the first subscription or question.
 */
export function connect(url: string | URL, options: Options = {}): Client {
  if (!options.WebSocket && !globalThis.WebSocket) throw new TypeError("no WebSocket here: pass one as an option");
  return new Tailrace(url, options);
}
