// The page in both themes and two sizes, side by side, and pictures of it for people, kept in build/screenshots.
import assert from "node:assert/strict";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pictures, type Look, type Watched } from "./browser.ts";

const kLooks = [{ width: 1440, height: 900 }, { width: 390, height: 844 }].flatMap(size => (["dark", "light"] as const).map(theme => ({ ...size, theme })));

export interface Seen extends Watched { name: string; phone: boolean }

/** Opens all four. */
export async function allLooks(open: (look: Look) => Promise<Watched>): Promise<Seen[]> {
  return Promise.all(kLooks.map(async look => ({ ...(await open(look)), name: `${look.theme}-${look.width}x${look.height}`, phone: look.width < 720 })));
}

/** Keeps a picture of one in a state. */
export async function shoot({ page, name }: Seen, state: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  const path = join(pictures, `${state}-${name}.png`);
  await page.screenshot({ path });
  assert.ok(statSync(path).size > 5000);
}
