// What a channel's records are made of: numeric and text leaves, found by walking values, each with a column number.
// One per channel; shared by its stores. Everything is bounded: foreign data decides what is found here.
import { Dictionary, kNone } from "./dictionary.ts";

export const kNumbers = 32;
export const kTexts = 12;
const kDepth = 6;
/** Fields that are known at all; of what lies beyond, values are only counted. */
export const kLeaves = 600;

interface Node {
  leaves: Map<string, Leaf>;
}

interface Leaf {
  path: string;
  number: number;
  text: number;
  node: Node | null;
  /** What of it was left out, once. */
  odd: Set<Odd>;
}

/** Fields with values that are lists, that are too deep to walk, that are no numbers where others of it are. */
type Odd = "lists" | "deep" | "notNumbers";

/** One record, flattened. The same object is filled again for the next one: copy what must stay. */
export class Row {
  t = 0;
  partition = 0;
  offset = 0;
  key = kNone;
  /** How many records this one stands for, where only a sample came. */
  weight = 1;
  readonly numbers = new Float64Array(kNumbers).fill(NaN);
  readonly texts = new Uint16Array(kTexts);
}

export class Columns {
  readonly numbers: string[] = [];
  readonly texts: string[] = [];
  readonly keys = new Dictionary();
  readonly words: Dictionary[] = [];
  /** Fields that found no column. */
  leftOut = 0;
  /** There are fields beyond all that are known. */
  beyond = false;
  lists = 0;
  deep = 0;
  notNumbers = 0;
  private leaves = 0;
  private now = 0;
  private root: Node = { leaves: new Map() };
  private bare: Leaf = newLeaf("value");

  /** Fills the fields of `row` from a parsed value; `now` is for forgetting. */
  flatten(value: unknown, row: Row, now: number): void {
    this.now = now;
    row.numbers.fill(NaN);
    row.texts.fill(0);
    if (Array.isArray(value)) this.count(this.bare, "lists");
    else if (value !== null && typeof value === "object") this.walk(value, this.root, "", 1, row);
    else this.leaf(this.bare, value, row);
  }

  private walk(value: object, node: Node, path: string, depth: number, row: Row): void {
    for (const name in value) {
      const inner = (value as Record<string, unknown>)[name];
      const leaf = node.leaves.get(name) ?? this.learn(node, name, path);
      if (!leaf) this.beyond = true;
      else if (inner !== null && typeof inner === "object") this.deeper(inner, leaf, depth, row);
      else this.leaf(leaf, inner, row);
    }
  }

  private deeper(value: object, leaf: Leaf, depth: number, row: Row): void {
    this.noNumber(leaf);
    if (Array.isArray(value)) return this.count(leaf, "lists");
    if (depth >= kDepth) return this.count(leaf, "deep");
    leaf.node ??= { leaves: new Map() };
    this.walk(value, leaf.node, leaf.path + ".", depth + 1, row);
  }

  private leaf(leaf: Leaf, value: unknown, row: Row): void {
    if (typeof value === "number") this.number(leaf, value, row);
    else if (typeof value === "string") this.text(leaf, value, row);
    else if (typeof value === "boolean") this.text(leaf, String(value), row);
  }

  private number(leaf: Leaf, value: number, row: Row): void {
    if (leaf.number < 0) leaf.number = this.column(this.numbers, leaf.path, kNumbers);
    if (!Number.isFinite(value)) this.count(leaf, "notNumbers");
    else if (leaf.number < kNumbers) row.numbers[leaf.number] = value;
  }

  private text(leaf: Leaf, value: string, row: Row): void {
    this.noNumber(leaf);
    if (leaf.text < 0) leaf.text = this.textColumn(leaf.path);
    if (leaf.text < kTexts) row.texts[leaf.text] = this.words[leaf.text].id(value, this.now);
  }

  private noNumber(leaf: Leaf): void {
    if (leaf.number >= 0 && leaf.number < kNumbers) this.count(leaf, "notNumbers");
  }

  private count(leaf: Leaf, odd: Odd): void {
    if (leaf.odd.has(odd)) return;
    leaf.odd.add(odd);
    this[odd]++;
  }

  private textColumn(path: string): number {
    const at = this.column(this.texts, path, kTexts);
    if (at < kTexts) this.words[at] = new Dictionary();
    return at;
  }

  private column(list: string[], path: string, most: number): number {
    if (list.length >= most) {
      this.leftOut++;
      return most;
    }
    return list.push(path) - 1;
  }

  private learn(node: Node, name: string, path: string): Leaf | null {
    if (this.leaves >= kLeaves) return null;
    this.leaves++;
    const leaf = newLeaf((path + name).slice(0, 200));
    node.leaves.set(name, leaf);
    return leaf;
  }
}

function newLeaf(path: string): Leaf {
  return { path, number: -1, text: -1, node: null, odd: new Set() };
}
