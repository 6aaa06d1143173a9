// tailrace: Kafka topics in the browser. See README.md.
import type { Client, Options } from "./types.js";

export type * from "./types.js";

/**
 * A client of the bridge at `url` (`ws:`, `wss:`, `http:`, `https:` or relative to the page).
 * It opens a socket with the first subscription or question.
 */
export declare function connect(url: string | URL, options?: Options): Client;
