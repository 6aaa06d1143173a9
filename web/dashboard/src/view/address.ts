// The page's state in its address and in localStorage: window, time, panels. What comes in is foreign: it is parsed here
// to valid values, and what is not valid is left out.
import type { Aggregate, PanelKind, PanelSpec } from "../messages.ts";
import { kWindows } from "./layout.ts";

export interface Address {
  span: number;
  /** The absolute time of a share link; null is live. */
  at: number | null;
  panels: PanelSpec[];
  token: string;
}

const kKinds: PanelKind[] = ["time", "histogram", "last", "top", "stat", "note"];
const kAggregates: Aggregate[] = ["last", "mean", "min", "max", "p95", "spread", "rate", "count"];
/** All that a dozen channels with all their panels make is far below. */
const kMostPanels = 600;
const kLongest = 255;

/** `#window=5m&at=1732147200000&panels=…` */
export function parseAddress(hash: string): Address {
  const query = new URLSearchParams(hash.replace(/^#/, ""));
  const at = Number(query.get("at") ?? NaN);
  return {
    span: kWindows.find(([name]) => name.replace(" ", "") === query.get("window"))?.[1] ?? 0,
    at: Number.isFinite(at) && at > 0 && at < 8.64e15 ? at : null,
    panels: unpack(query.get("panels") ?? ""),
    token: query.get("token") ?? "",
  };
}

export function formatAddress({ span, at, panels }: Omit<Address, "token">): string {
  const parts: string[] = [];
  const name = kWindows.find(([, ms]) => ms === span)?.[0].replace(" ", "");
  if (name) parts.push(`window=${name}`);
  if (at !== null) parts.push(`at=${Math.round(at)}`);
  if (panels.length) parts.push(`panels=${packed(panels)}`);
  return parts.length ? `#${parts.join("&")}` : "";
}

/** Panels as text that survives an address bar. */
export function packed(panels: PanelSpec[]): string {
  const rows = panels.map(p => [p.kind, p.channel, p.field, p.group, p.aggregate, p.width, p.title ?? "", (p.hidden ? 1 : 0) | (p.table ? 2 : 0) | (p.auto ? 4 : 0), p.colors ?? {}]);
  const bytes = new TextEncoder().encode(JSON.stringify(rows));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function unpack(text: string): PanelSpec[] {
  try {
    const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    const rows: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, c => c.charCodeAt(0))));
    const specs = Array.isArray(rows) ? rows.slice(0, kMostPanels).map(specOf) : [];
    const ids = new Set<string>();
    return specs.filter((spec): spec is PanelSpec => spec !== null && !ids.has(spec.id) && !!ids.add(spec.id));
  } catch {
    return [];
  }
}

function specOf(row: unknown): PanelSpec | null {
  if (!Array.isArray(row)) return null;
  const [kind, channel, field, group, aggregate, width, title, flags, colors] = row as unknown[];
  if (!kKinds.includes(kind as PanelKind) || !kAggregates.includes(aggregate as Aggregate)) return null;
  if (![channel, field, group, title].every(text => typeof text === "string" && text.length <= kLongest) || channel === "") return null;
  const spec = { kind, channel, field, group, aggregate } as PanelSpec, mask = Number(flags) || 0;
  return {
    ...spec, id: [kind, channel, field, group, aggregate].join("\u241f"), width: Math.max(3, Math.min(12, Math.round(Number(width)) || 6)),
    ...(title ? { title: title as string } : null), hidden: (mask & 1) > 0, table: (mask & 2) > 0, auto: (mask & 4) > 0, colors: colorsOf(colors),
  };
}

function colorsOf(value: unknown): Record<string, number> {
  if (!value || typeof value !== "object") return {};
  const good = Object.entries(value).filter(([name, slot]) => name.length <= kLongest && Number.isInteger(slot) && slot >= 1 && slot <= 8);
  return Object.fromEntries(good.slice(0, 32));
}
