// Files under a folder whose path matches.
import { readdirSync } from "node:fs";
import { join } from "node:path";

export function globSync(folder, pattern) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile() && pattern.test(join(entry.parentPath ?? entry.path, entry.name))).map(entry => join(entry.parentPath ?? entry.path, entry.name));
}
