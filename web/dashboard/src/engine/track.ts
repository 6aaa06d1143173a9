// One channel within one timeline: its rows and the aggregates of the panels that show it.
import type { PanelSpec } from "../messages.ts";
import type { Gap, Update } from "tailrace";
import type { Channel } from "./channel.ts";
import { Row } from "./columns.ts";
import { Extent, weightAt } from "./extent.ts";
import { fillRow } from "./flat.ts";
import { Histogram } from "./histogram.ts";
import { LastTable } from "./lasttable.ts";
import { Lines } from "./lines.ts";
import { Rows } from "./rows.ts";
import { Stat } from "./stat.ts";
import { Tops } from "./tops.ts";
import { Bins } from "./bins.ts";

/** Records this far ahead of the bridge's clock are left out: they would wipe the window. */
const kAhead = 2000;

export type Aggregator = Lines | Histogram | LastTable | Tops | Stat;

/** Whom history is read for. */
export interface Readers {
  ids: Set<string>;
  /** The rail's line, too. */
  pace: boolean;
  /** Of so many records one comes. */
  every: number;
}

/** It is the extent of all that has none of its own. */
export class Track extends Extent {
  readonly aggregators = new Map<string, Aggregator>();
  /** Records per second of record time, for the rail's sparkline. */
  pace: Bins;
  /** Records per second, for the pill: those of the last that are all here. */
  readonly seconds = new Bins(1000, 40, 1, false);
  /** Records whose time lies before or after all that is shown. */
  early = 0;
  late = 0;
  /** The newest offset of each partition. */
  readonly places = new Map<number, number>();
  /** The oldest record that Kafka had when this was read; NaN while nobody knows. */
  kept = NaN;
  /** Records that Kafka deleted while they were read. */
  expired = 0;
  /** When the live subscription began, and at which offset of each partition. */
  begun = Infinity;
  starts = new Map<number, number>();
  private readonly row = new Row();
  private readonly made = new Map<string, string>();
  private readonly extents = new Map<string, Extent>();

  constructor(readonly channel: Channel, readonly rows: Rows | null, private span: number) {
    super();
    this.pace = new Bins(span / 90, 96, 1, false);
  }

  /** Returns the time of the record. `back`: it belongs to an outage, and may well be older than the window. */
  add(partition: number, update: Update, now: number, back: boolean): number {
    const { row, channel } = this;
    fillRow(channel.columns, partition, update, row, now);
    row.weight = this.rows ? 1 : weightAt(this.samples, row.t);
    if (this.rows) this.learn(update);
    if (row.t > now + kAhead) {
      this.early++;
      return row.t;
    }
    this.places.set(partition, update.o);
    this.rows?.push(row);
    if (!back && row.t < now - this.span * 1.2) this.late++;
    this.pace.add(row.t, 0, NaN);
    this.seconds.add(row.t, 0, NaN);
    for (const aggregator of this.aggregators.values()) aggregator.add(row);
    return row.t;
  }

  /** What was there before this time is deleted; -Infinity where nothing is. */
  keptFrom(): number {
    if (this.kept !== this.kept) this.kept = this.channel.earliest;
    return this.channel.truncated && this.kept === this.kept ? this.kept : -Infinity;
  }

  /** Of history from `t` on, these did not come. */
  missed(gap: Gap, t: number): void {
    if (gap.reason === "expired") this.expired += gap.next - gap.from;
    else this.channel.outages.meet(gap, t);
  }

  /** Makes the aggregates of these panels, keeping what is already right. Returns those that were made anew. */
  setPanels(specs: PanelSpec[], span: number): PanelSpec[] {
    if (span !== this.span) this.resize(span);
    const wanted = new Map(specs.filter(spec => spec.kind !== "note").map(spec => [spec.id, spec]));
    for (const id of this.aggregators.keys()) if (!wanted.has(id)) this.drop(id);
    const fresh: PanelSpec[] = [];
    for (const [id, spec] of wanted) {
      const content = [spec.kind, spec.field, spec.group, spec.aggregate].join("\u241f");
      if (this.made.get(id) === content) continue;
      this.made.set(id, content);
      this.aggregators.set(id, this.make(spec));
      fresh.push(spec);
    }
    return fresh;
  }

  /** Fills the aggregates of `ids` from the rows that are here. */
  refill(ids: string[], from: number, to: number): void {
    this.row.weight = 1;
    const list = ids.map(id => this.aggregators.get(id)).filter(a => a !== undefined);
    if (list.length) this.rows?.scan(from, to, this.row, row => list.forEach(a => a.add(row)));
  }

  /** All rows again, after a change of window. */
  refillPace(from: number, to: number): void {
    this.rows?.scan(from, to, this.row, row => this.pace.add(row.t, 0, NaN));
  }

  /** What is known of the aggregate `id`. */
  extentOf(id: string): Extent {
    return this.extents.get(id) ?? this;
  }

  /** Of their own, for what of them is read apart from the others. */
  extentsOf({ ids, pace }: Readers): Extent[] {
    for (const id of ids) if (!this.extents.has(id)) this.extents.set(id, new Extent());
    return [...[...ids].map(id => this.extentOf(id)), ...(pace ? [this] : [])];
  }

  /** Feeds history to its readers only: it is older than all rows. */
  backfill(partition: number, update: Update, now: number, { ids, pace, every }: Readers): void {
    fillRow(this.channel.columns, partition, update, this.row, now);
    this.row.weight = every;
    if (pace) this.pace.add(this.row.t, 0, NaN);
    for (const id of ids) this.aggregators.get(id)?.add(this.row);
  }

  private learn(update: Update): void {
    const { profile } = this.channel;
    profile.add(this.row);
    if (update.s !== undefined) profile.texts++;
    else if (update.b !== undefined) profile.binaries++;
    else if (update.del) profile.deletes++;
  }

  private resize(span: number): void {
    this.span = span;
    this.pace = new Bins(span / 90, 96, 1, false);
    this.aggregators.clear();
    this.made.clear();
    this.extents.clear();
  }

  private drop(id: string): void {
    this.aggregators.delete(id);
    this.made.delete(id);
    this.extents.delete(id);
  }

  private make(spec: PanelSpec): Aggregator {
    const { columns } = this.channel;
    switch (spec.kind) {
      case "histogram": return new Histogram(spec, columns, this.span);
      case "last": return new LastTable(spec, this.channel.profile);
      case "top": return new Tops(spec, columns, this.span);
      case "stat": return new Stat(spec, columns, this.span);
      default: return new Lines(spec, columns, this.span, this.preferred(spec));
    }
  }

  /** The names that are worth a line of their own when there are more than eight. */
  private preferred(spec: PanelSpec): string[] {
    const { columns } = this.channel;
    const dictionary = spec.group === "key" ? columns.keys : columns.words[columns.texts.indexOf(spec.group)];
    return dictionary && dictionary.size > 8 ? dictionary.top(8) : [];
  }
}
