// The text of each update's `v` in a batch frame, as it was produced: JSON.parse rounds what JavaScript can't count.

/** One entry per update of `u`; undefined where an update has no `v`. `text` must be valid JSON. */
export function rawValues(text: string): (string | undefined)[] {
  const values: (string | undefined)[] = [];
  let depth = 0; // 1: in the frame, 2: in u, 3: in an update
  let inUpdates = false;
  let key = "";
  let start = 0; // of a value of an update
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') {
      const end = stringEnd(text, i);
      if (depth === 1 || depth === 3) key = start ? key : text.slice(i + 1, end);
      i = end;
    } else if (c === "{" || c === "[") {
      if (++depth === 2) inUpdates = key === "u" && c === "[";
      if (depth === 3 && inUpdates) values.push(undefined);
    } else if (c === ":" && depth === 3 && inUpdates && !start) {
      start = i + 1;
    } else if (depth === 3 && start && (c === "," || c === "}")) {
      if (key === "v") values[values.length - 1] = text.slice(start, i);
      start = 0;
      if (c === "}") depth--;
    } else if (c === "}" || c === "]") {
      depth--;
    }
  }
  return values;
}

/** The index of the quote that ends the string that begins at `i`. */
function stringEnd(text: string, i: number): number {
  while (text[++i] !== '"') if (text[i] === "\\") i++;
  return i;
}
