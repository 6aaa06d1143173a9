// A browser for a file of tests, and a fake bridge for each of them; nothing of one test is left to the next.
import { after, afterEach, before, beforeEach } from "node:test";
import type { Browser } from "playwright-core";
import { FakeBridge } from "../fake/bridge.ts";
import { demo } from "../fake/demo.ts";
import { built, launch, visit, type Look, type Watched } from "./browser.ts";

export interface Stage {
  browser: Browser;
  bridge: FakeBridge;
  url: string;
  /** Opens the page, or what `url` says; it is closed after the test. */
  look(options?: Look, hash?: string, url?: string): Promise<Watched>;
}

/** Call it once, at the head of a file. The page lives under a sub-path. */
export function setStage(): Stage {
  const open: Watched[] = [];
  const stage = {
    async look(options = {}, hash = "", url = stage.url) {
      const watched = await visit(stage.browser, url + hash, options);
      open.push(watched);
      return watched;
    },
  } as Stage;
  before(async () => void (stage.browser = await launch()));
  after(async () => stage.browser.close());
  beforeEach(async () => {
    stage.bridge = new FakeBridge(built, demo(Date.now() - 7_200_000), "/some/path/");
    stage.url = await stage.bridge.listen();
  });
  afterEach(async () => {
    for (const watched of open.splice(0)) await watched.close();
    await stage.bridge.close();
  });
  return stage;
}
