// What a page showed in passing. States that last seconds are gone before a busy machine looks: the page itself writes
// down what these parts said, and a test reads it when it comes to it.
import type { Page } from "playwright-core";

const kParts = ["#pill", "#receipt", ".badge", ".cutline", ".banner"] as const;

/** Runs in the page before its own scripts. */
function keep(parts: readonly string[]): void {
  const journal: [string, string][] = ((window as any).journal = []), last = new WeakMap<Element, string>();
  const words = (node: Node): string[] => (node.nodeType === Node.TEXT_NODE ? [node.nodeValue ?? ""] : [...node.childNodes].flatMap(words));
  const look = (part: string, node: HTMLElement) => {
    const text = node.hidden ? "" : words(node).filter(Boolean).join(" ");
    if (last.get(node) === text) return;
    last.set(node, text);
    journal.push([part, text]);
  };
  new MutationObserver(() => parts.forEach(part => document.querySelectorAll<HTMLElement>(part).forEach(node => look(part, node))))
    .observe(document, { subtree: true, childList: true, characterData: true, attributeFilter: ["hidden"] });
}

/** Call it before the page is opened. */
export async function keepJournal(page: Page): Promise<void> {
  await page.addInitScript(keep, kParts);
}

/** Waits until a part has said this, later than what it was asked for last; returns its words. */
export async function said(page: Page, part: (typeof kParts)[number], pattern: RegExp): Promise<string> {
  const found = await page.waitForFunction(([wanted, source]) => {
    const journal: [string, string][] = (window as any).journal, text = new RegExp(source);
    const at = journal.findIndex(entry => entry[0] === wanted && text.test(entry[1]));
    if (at < 0) return false;
    const words = journal[at][1];
    (window as any).journal.splice(0, journal.length, ...journal.filter((entry, i) => i > at || entry[0] !== wanted));
    return words;
  }, [part, pattern.source] as const);
  return found.jsonValue() as Promise<string>;
}
