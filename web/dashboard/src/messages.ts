// What the page and its Worker say to each other. The Worker owns the connection, the store and the clock of what is
// shown; the page owns the layout and the pixels. Times are Unix milliseconds on the bridge's clock.

export type Aggregate = "last" | "mean" | "min" | "max" | "p95" | "spread" | "rate" | "count";
export type PanelKind = "time" | "histogram" | "last" | "top" | "stat" | "note";

/** One panel as it stands in the layout, the share link and localStorage. */
export interface PanelSpec {
  id: string;
  kind: PanelKind;
  channel: string;
  /** Path of a numeric field; empty where records are only counted. */
  field: string;
  /** `""` all together, `"key"` by record key, else the path of a text field. Of a key figure: the one key it is of. */
  group: string;
  aggregate: Aggregate;
  /** Of the sheet's twelve columns. */
  width: number;
  /** The reader's own title. */
  title?: string;
  hidden?: boolean;
  table?: boolean;
  /** Series name → colour slot, so that a shared page looks the same. */
  colors?: Record<string, number>;
  /** Made by inference and untouched since. */
  auto?: boolean;
}

/** What the bridge says about itself at `api/channels`. */
export interface BridgeInfo {
  kafka: string;
  demo: boolean;
  /** What starts this bridge's program in a terminal of its machine. */
  program: string;
  channels: ChannelHint[];
}

export const kNoBridge: BridgeInfo = { kafka: "", demo: false, program: "tailrace", channels: [] };

export interface ChannelHint {
  name: string;
  topic: string;
  title?: string;
  units?: Record<string, string>;
  /** Numeric fields, the ones to show first. */
  fields?: string[];
}

export type ToWorker =
  | { do: "open"; url: string; api: string; span: number; at: number | null; panels: PanelSpec[]; token?: string }
  | { do: "panels"; panels: PanelSpec[]; visible: string[] }
  | { do: "span"; span: number }
  | { do: "pause"; on: boolean }
  | { do: "seek"; at: number; dragging: boolean }
  | { do: "play"; speed: number }
  | { do: "live" }
  | { do: "cut"; ms: number }
  | { do: "retry" }
  /** The page goes into the back/forward cache, or comes out of it: a Worker isn't told. */
  | { do: "away"; on: boolean }
  | { do: "feed"; first: number; rows: number; hold: boolean }
  | { do: "search"; text: string; channel: string }
  | { do: "record"; id: number }
  | { do: "follow"; channel: string }
  | { do: "visible"; page: boolean }
  | { do: "drawn" };

export type FromWorker =
  | { is: "view"; view: View }
  | { is: "layout"; channel: string; panels: PanelSpec[]; fresh: boolean }
  | { is: "record"; id: number; record: RecordDetail | null }
  | { is: "bridge"; info: BridgeInfo };

export type Mode = "live" | "paused" | "past";
export type Word =
  | "connecting" | "replaying" | "live" | "stale" | "offline" | "cut" | "kafka" | "closed";

/** How the connection stands, before words are made of it. */
export interface Status {
  word: Word;
  /** Since when, for stale, offline, kafka. */
  since: number;
  /** When the next attempt or the end of the cut is due; 0 when none waits. */
  due: number;
  reason: string;
  hint: string;
  done: number;
  total: number;
  /** The median age of what arrives; NaN when nothing does. */
  behind: number;
  rate: number;
  newest: number;
  channels: number;
}

/** One frame's worth. Parts that did not change are left out. */
export interface View {
  now: number;
  at: number;
  mode: Mode;
  /** Seconds of record time per second; 0 stands still. */
  speed: number;
  playing: boolean;
  span: number;
  held: number;
  status: Status;
  loading: number;
  panels: PanelView[];
  stats?: StatView[];
  channels?: ChannelView[];
  feed?: FeedView;
  lane?: LaneView;
  /** Of the outage that is being filled, or that just was. */
  receipt: Receipt | null;
  offsets?: { channel: string; rows: { partition: number; offset: number }[] };
}

export type BadgeKind = "exact" | "sampled" | "outage" | "replay" | "gap" | "none";
export interface Badge { kind: BadgeKind; text: string }

export interface Band {
  kind: "outage" | "gap" | "first" | "kafka";
  from: number;
  /** Infinity while it is open. */
  to: number;
  /** Where the refill stands; `from` when it has not begun, `to` when it is whole. */
  front: number;
  text: string;
}

export interface Series {
  name: string;
  /** 1 to 8, 9 is "other"; negative is a step of the sequential ramp. */
  color: number;
  /** NaN where nothing was due, -Infinity where the line must break. */
  ys: Float64Array;
}

export interface NoteText {
  kind: "quiet" | "gone" | "locked" | "wrong" | "loading";
  heading: string;
  text: string;
}

interface AnyPanel {
  id: string;
  badge: Badge;
  bands: Band[];
  /** What a panel had to leave out, in words. */
  left: string;
  /** What else is to be known of it, in words; empty when nothing is. */
  aside: string;
  note: NoteText | null;
  unit: string;
  /** The stretch of time that its numbers are of, where they are of one: "in 1 m". */
  during: string;
  /** What the key names, such as "host". */
  noun: string;
}

export interface TimeView extends AnyPanel { kind: "time"; xs: Float64Array; series: Series[]; /** How many names "other" stands for. */ others: number; whole: boolean; settled: number }
export interface HistogramView extends AnyPanel { kind: "histogram"; edges: number[]; counts: Float64Array; marks: [string, number][]; whole: boolean; total: number }
export interface LastView extends AnyPanel { kind: "last"; fields: { name: string; unit: string; min: number; max: number; whole: boolean }[]; rows: { key: string; t: number; values: number[] }[]; more: number }
export interface TopView extends AnyPanel { kind: "top"; rows: { name: string; n: number }[]; others: number; rest: number; total: number; exact: boolean }
export interface NoteView extends AnyPanel { kind: "note" }
export type PanelView = TimeView | HistogramView | LastView | TopView | NoteView;

export interface StatView {
  id: string;
  value: number;
  /** The stretch of time that it is of, in words. */
  during: string;
  /** Against one window ago, as a share; NaN when unknown. */
  change: number;
  unit: string;
  whole: boolean;
  line: Float64Array;
  hole: [number, number] | null;
}

export interface ChannelView {
  name: string;
  /** What to call it instead; empty where nobody said. */
  title: string;
  topic: string;
  rate: number;
  quietSince: number;
  /** Numeric fields worth drawing, best first. */
  fields: string[];
  /** All numeric fields, those first. */
  numbers: string[];
  texts: string[];
  keyed: boolean;
  keyNoun: string;
  /** The busiest keys, where keys come again. */
  keys: string[];
  note: string;
  fresh: boolean;
  followed: boolean;
  line: Float64Array;
  hole: [number, number] | null;
}

export type FeedItem =
  | { id: number; kind: "record"; channel: string; partition: number; offset: number; t: number; key: string | null;
      facts: [string, string][]; tag: string; text: string; back: boolean; dead: boolean }
  | { id: number; kind: "divider"; tone: "hold" | "replay" | "gap"; text: string; place: string };

export interface FeedView {
  count: number;
  first: number;
  items: FeedItem[];
  /** Places of the dividers in the whole list: they are lower than records. */
  dividers: number[];
  fresh: number;
  searching: boolean;
  note: string;
}

export interface LaneView {
  from: number;
  slot: number;
  /** Records per slot; NaN where unknown. */
  bars: Float64Array;
  earliest: number;
  marks: { from: number; to: number; kind: "recovered" | "open" | "gap" }[];
}

export interface RecordDetail {
  channel: string;
  topic: string;
  partition: number;
  offset: number;
  t: number;
  key: string | null;
  form: "json" | "text" | "base64" | "deleted" | "too large";
  value: unknown;
  headers: [string, string][];
  note: string;
}

export interface Receipt {
  phase: "fill" | "done";
  updates: number;
  total: number;
  ranges: { channel: string; partition: number; from: number; next: number }[];
  lost: number;
  took: number;
  outage: number;
}
