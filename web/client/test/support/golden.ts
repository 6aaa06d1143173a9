// The golden files that the bridge's tests read too.
import { readFileSync } from "node:fs";
import { root } from "./root.js";

export function golden(name: string): any {
  return JSON.parse(readFileSync(`${root}/schemas/golden/${name}.json`, "utf8"));
}
