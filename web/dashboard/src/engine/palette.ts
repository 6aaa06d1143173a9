// The colours of the series, panel by panel. All timelines draw from the same: a name keeps its colour live, in the past
// and in a link.
import type { PanelSpec } from "../messages.ts";

export class Palette {
  private readonly known = new Map<string, Record<string, number>>();

  /** Gives every panel the colours of its id; what a link or the storage brought counts the first time. */
  lend(specs: PanelSpec[]): PanelSpec[] {
    return specs.map(spec => ({ ...spec, colors: this.of(spec) }));
  }

  private of({ id, colors }: PanelSpec): Record<string, number> {
    let own = this.known.get(id);
    if (!own) this.known.set(id, (own = { ...colors }));
    return own;
  }
}
