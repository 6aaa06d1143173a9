// What the reader wants to see: window, layout, moment. Tells the Worker, keeps it in address and storage.
import type { PanelSpec, ToWorker } from "../messages.ts";
import { formatAddress, packed, parseAddress, unpack } from "./address.ts";
import { kWindows, Layout } from "./layout.ts";
import type { Links } from "./share.ts";
import { drop, keep, kept } from "./store.ts";

const kSettle = 400;

export class Desk {
  readonly layout = new Layout();
  span: number;
  /** The moment that the address asked for. */
  readonly startAt: number | null;
  readonly token: string;
  /** Panels that were asked for and are hidden, for there are too many. */
  readonly spared: number;
  private shownAt: number | null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly tell: (command: ToWorker) => void, private readonly changed: () => void) {
    const address = parseAddress(location.hash), remembered = Number(kept("window"));
    this.span = address.span || (kWindows.some(([, ms]) => ms === remembered) ? remembered : kWindows[0][1]);
    this.startAt = this.shownAt = address.at;
    this.token = address.token || sessionToken();
    if (address.token) sessionToken(address.token);
    this.spared = this.layout.load(address.panels.length ? address.panels : unpack(kept("panels")));
    this.write();
  }

  setSpan(span: number): void {
    this.span = span;
    keep("window", String(span));
    this.tell({ do: "span", span });
    this.write();
  }

  /** The moment on show changed; null is live. */
  setAt(at: number | null): void {
    if (at === this.shownAt) return;
    this.shownAt = at;
    this.write();
  }

  propose(channel: string, panels: PanelSpec[], fresh: boolean): void {
    if (this.layout.propose(channel, panels, fresh, Date.now())) this.changed();
  }

  change(id: string, change: Partial<PanelSpec>): void {
    this.layout.change(id, change);
    this.remember();
  }

  replace(id: string, spec: PanelSpec): void {
    const twin = this.layout.panels.some(p => p.id === spec.id && p.id !== id);
    this.layout.change(id, twin ? { hidden: true } : { ...spec, title: undefined });
    if (twin) this.layout.change(spec.id, { hidden: false });
    this.remember();
  }

  add(spec: PanelSpec): void {
    this.layout.add(spec);
    this.remember();
  }

  reset(): void {
    this.layout.reset();
    drop("panels");
    this.write();
    this.changed();
  }

  links(now: number, at: number | null): Links {
    const base = location.href.replace(/#.*$/, ""), { span } = this, { panels } = this.layout, moment = at ?? now;
    return { moment: base + formatAddress({ span, at: moment, panels }), live: base + formatAddress({ span, at: null, panels }), at: moment };
  }

  private remember(): void {
    keep("panels", packed(this.layout.panels));
    this.write();
    this.changed();
  }

  /** Not while a drag lasts: browsers limit how often an address may change. */
  private write(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const panels = this.layout.own ? this.layout.panels : [], span = this.span === kWindows[0][1] && !panels.length && this.shownAt === null ? 0 : this.span;
      const hash = formatAddress({ span, at: this.shownAt, panels });
      if (hash !== location.hash) history.replaceState(null, "", hash || location.pathname + location.search);
    }, kSettle);
  }
}

/** A token from a link lives as long as its tab, and leaves the address at once. */
function sessionToken(token?: string): string {
  try {
    if (token) sessionStorage.setItem("tailrace.token", token);
    return sessionStorage.getItem("tailrace.token") ?? "";
  } catch {
    return token ?? "";
  }
}
