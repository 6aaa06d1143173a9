// tailrace: Kafka topics in the browser. See README.md.
import { createClient } from "./client.js";
import { platform } from "./host.js";
import type { Client, Options } from "./types.js";

export type * from "./types.js";

/**
 * A client of the bridge at `url`: `ws:`, `wss:`, `http:`, `https:` or relative to the page..
 * It opens a socket with the first subscription or question.
 */
export function connect(url: string | URL, options: Options = {}): Client {
  if (!options.WebSocket && !globalThis.WebSocket) throw TypeError("no WebSocket: pass one");
  return createClient(url, options, platform);
}
