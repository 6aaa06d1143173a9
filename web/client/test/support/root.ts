import { existsSync } from "node:fs";
import { dirname } from "node:path";

/** The repository, found upwards from wherever the tests run. */
export const root = find(process.cwd());

function find(directory: string): string {
  if (existsSync(`${directory}/schemas/protocol.md`)) return directory;
  if (directory === dirname(directory)) throw new Error("run inside the repository");
  return find(dirname(directory));
}
