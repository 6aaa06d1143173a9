// A panel that has only words to say: no numbers, not available.
import type { PanelView } from "../../messages.ts";
import { Panel, type Frame } from "./panel.ts";

export class NotePanel extends Panel {
  protected take(_: PanelView): void {}

  draw(_: Frame): void {
    this.dirty = false;
  }

  table(): { head: string[]; rows: string[][] } {
    return { head: ["panel"], rows: [["Nothing to draw"]] };
  }
}
