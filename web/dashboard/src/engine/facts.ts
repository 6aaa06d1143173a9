// The few facts of a JSON value that fit into one line of the feed.

const kMost = 7;
const kLongest = 42;

export function factsOf(value: unknown): [string, string][] {
  if (value === null || typeof value !== "object") return [["value", short(value)]];
  const facts: [string, string][] = [];
  collect(value, "", facts);
  return facts;
}

function collect(value: object, path: string, facts: [string, string][]): void {
  if (Array.isArray(value)) {
    facts.push([path || "list", `${value.length} items`]);
    return;
  }
  for (const name in value) {
    if (facts.length >= kMost) return;
    const inner = (value as Record<string, unknown>)[name];
    if (inner !== null && typeof inner === "object" && !Array.isArray(inner) && path === "") collect(inner, name.slice(0, kLongest) + ".", facts);
    else facts.push([(path + name).slice(0, kLongest), short(inner)]);
  }
}

function figure(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e7 && size < 1e9) return `${+(value / 1e6).toPrecision(4)}M`;
  return Number.isInteger(value) ? String(value) : String(+value.toPrecision(5));
}

function short(value: unknown): string {
  if (typeof value === "number") return figure(value);
  if (typeof value === "string") return value.length > kLongest ? value.slice(0, kLongest - 1) + "…" : value;
  if (Array.isArray(value)) return `[${value.length}]`;
  return value !== null && typeof value === "object" ? "{…}" : String(value);
}
