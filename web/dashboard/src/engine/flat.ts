// From an update of the wire to a row and to what the feed shows. The only place that knows the wire's value forms.
import type { Update } from "tailrace";
import type { Columns, Row } from "./columns.ts";
import { kNone } from "./dictionary.ts";

export type Form = "json" | "text" | "base64" | "deleted" | "too large";

export function formOf(update: Update): Form {
  if (update.v !== undefined) return "json";
  if (update.s !== undefined) return "text";
  if (update.del) return "deleted";
  return update.omitted ? "too large" : "base64";
}

export function keyOf(update: Update): string | null {
  return update.k ?? update.kb ?? null;
}

/** Fills `row`; `now` is the bridge's clock, used where Kafka has no timestamp. */
export function fillRow(columns: Columns, partition: number, update: Update, row: Row, now: number): void {
  row.t = update.t >= 0 ? update.t : now;
  row.partition = partition;
  row.offset = update.o;
  const key = keyOf(update);
  row.key = key === null ? kNone : columns.keys.id(key, now);
  columns.flatten(update.v ?? null, row, now);
}
