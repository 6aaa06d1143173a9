// The text of each update's `v` in a batch frame, as it was produced: JSON.parse rounds what JavaScript can't count.
import type { Update } from "./types.js";

/** What shapes a JSON text: escapes and ends of strings, brackets, colons, commas. No repetition, for strings are long. */
const TOKENS = /\\.|["{}[\],:]/g;

/** `text` is the batch frame that held the updates. */
export function addRaw(updates: Update[], text: string): void {
  const u = text.slice(text.indexOf('"u":['));
  let isString = false;
  let depth = 0; // 1: in the array, 2: in an update
  let count = 0;
  let start = 0; // of a value
  for (const { 0: token, index } of u.matchAll(TOKENS)) {
    if (token === '"') isString = !isString;
    if (isString) continue;
    if (start && depth === 2 && ",}".includes(token)) {
      updates[count - 1]!.raw = u.slice(start, index);
      start = 0;
    }
    if (depth === 2 && u.slice(index! - 3, index! + 1) === '"v":') start = index! + 1;
    if ("{[".includes(token) && ++depth === 2) count++;
    if ("}]".includes(token) && !--depth) return;
  }
}
