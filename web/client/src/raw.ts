// The text of each update's `v` in a batch frame, as it was produced: JSON.parse rounds what JavaScript can't count.
import type { Update } from "./types.js";

/** What shapes a JSON text: strings whole, brackets, colons, commas. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** `text` is the batch frame that held the updates. */
export function addRaw(updates: Update[], text: string): void {
  const u = text.slice(text.indexOf('"u":[') + 4);
  let depth = 0; // 1: in the array, 2: in an update
  let count = 0;
  let start = 0; // of a value
  let before = "";
  for (const { 0: token, index } of u.matchAll(TOKENS)) {
    if (depth === 2) {
      if (start && (token === "," || token === "}")) {
        updates[count - 1]!.raw = u.slice(start, index);
        start = 0;
      } else if (token === ":" && before === '"v"') start = index! + 1;
    }
    before = token;
    if ("{[".includes(token) && ++depth === 2) count++;
    if ("}]".includes(token) && !--depth) return;
  }
}
