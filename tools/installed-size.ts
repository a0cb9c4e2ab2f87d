import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** What of a `node_modules` folder a package needs. */
export interface InstalledSize {
  readonly bytes: number;
  /** How many packages that are, itself among them. */
  readonly packageCount: number;
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Adds up a package and all that it depends on, as it is installed below `project`. */
export function installedSize(project: string, name: string): InstalledSize {
  const folders = new Set<string>();
  const open = [folderOf(name, project)];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    if (folders.has(folder)) continue;
    folders.add(folder);
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      open.push(folderOf(dependency, folder));
    }
  }
  const bytes = [...folders].reduce((sum, folder) => sum + folderBytes(folder), 0);
  return { bytes, packageCount: folders.size };
}

/** Where Node finds a package from a folder: in the nearest `node_modules` that has it. */
function folderOf(name: string, from: string): string {
  const folder = join(from, "node_modules", name);
  if (existsSync(join(folder, "package.json"))) return folder;
  if (from === dirname(from)) throw new Error(`${name} is not installed`);
  return folderOf(name, dirname(from));
}

/** Of its own files; packages that are installed inside of it count for themselves. */
function folderBytes(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.slice(folder.length).includes("/node_modules/"))
    .reduce((sum, path) => sum + statSync(path).size, 0);
}
