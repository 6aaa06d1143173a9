// Which panels there are, in which order, with what settings: made by inference, changed by the reader, kept in
// localStorage, carried by share links. Pure but for the storage that it is given.
import type { PanelSpec } from "../messages.ts";
import { arrange, figures, kFigures } from "./pack.ts";

export const kWindows: [string, number][] = [["1 m", 60_000], ["5 m", 300_000], ["15 m", 900_000], ["1 h", 3_600_000]];

/** How long a channel's panels may still change by themselves, in milliseconds. */
const kYoung = 8000;

/** Lines whose distributions a page has memory for: nearly a megabyte each, and three timelines: live, the past, and the one that loads. */
const kSketches = 400 / 3;

export class Layout {
  panels: PanelSpec[] = [];
  /** The reader changed something: inference adds, and changes nothing any more. */
  own = false;
  private inferred = new Map<string, PanelSpec[]>();
  /** When a channel's panels were first proposed. */
  private born = new Map<string, number>();

  /** Takes what inference made of a channel. Second thoughts count for seconds only: nothing moves what is being read. */
  propose(channel: string, panels: PanelSpec[], fresh: boolean, now: number): boolean {
    const before = this.panels.filter(spec => spec.channel === channel), born = this.born.get(channel) ?? now;
    this.born.set(channel, born);
    this.inferred.set(channel, panels);
    if (before.length && (this.own || now - born > kYoung || before.some(spec => !spec.auto))) return false;
    const colored = panels.map(spec => ({ ...spec, colors: before.find(old => old.id === spec.id)?.colors ?? spec.colors ?? {} }));
    if (this.own || fresh) this.panels = this.added(channel, colored, fresh);
    else this.panels = arrange([...this.panels.filter(spec => spec.channel !== channel).map(spec => this.wished(spec)), ...colored]);
    return true;
  }

  /** As wide as inference would have it: what stood beside it made it narrower, and stands there no more. */
  private wished(spec: PanelSpec): PanelSpec {
    const wish = this.inferred.get(spec.channel)?.find(({ id }) => id === spec.id);
    return wish ? { ...spec, width: wish.width } : spec;
  }

  /** A new channel's panels come first, where they are seen at once; later ones go to the end. */
  private added(channel: string, panels: PanelSpec[], fresh: boolean): PanelSpec[] {
    const others = this.panels.filter(spec => spec.channel !== channel), stats = others.filter(spec => spec.kind === "stat");
    const charts = arrange(panels.filter(spec => spec.kind !== "stat")), rest = others.filter(spec => spec.kind !== "stat");
    const room = kFigures - stats.filter(spec => !spec.hidden).length;
    const row = [...stats, ...figures(panels.filter(spec => spec.kind === "stat"), room)];
    return fresh ? [...row, ...charts, ...rest] : [...row, ...rest, ...charts];
  }

  /** Changes one panel, by the reader's hand. */
  change(id: string, change: Partial<PanelSpec>): void {
    this.own = true;
    this.panels = this.panels.map(spec => (spec.id === id ? { ...spec, ...change, auto: false } : spec));
  }

  add(spec: PanelSpec): void {
    this.own = true;
    const known = this.panels.find(p => p.id === spec.id);
    if (known) return this.change(spec.id, { hidden: false });
    const stats = this.panels.filter(p => p.kind === "stat"), rest = this.panels.filter(p => p.kind !== "stat");
    this.panels = [...stats, { ...spec, auto: false }, ...rest];
  }

  /** Back to what the data suggests. */
  reset(): void {
    this.own = false;
    this.panels = arrange([...this.inferred.values()].flat());
  }

  /** Takes what an address or storage says. What is beyond the page's memory is hidden; returns how many panels that are. */
  load(panels: PanelSpec[]): number {
    let room = kSketches, spared = 0;
    this.panels = panels.map(spec => {
      const cost = spec.hidden ? 0 : sketches(spec);
      room -= cost;
      if (cost === 0 || room >= 0) return spec;
      spared++;
      return { ...spec, hidden: true };
    });
    this.own = panels.length > 0;
    return spared;
  }
}

function sketches({ kind, aggregate, group }: PanelSpec): number {
  if (kind !== "time" || (aggregate !== "p95" && aggregate !== "spread")) return 0;
  return aggregate === "p95" && group !== "" ? 9 : 1;
}
