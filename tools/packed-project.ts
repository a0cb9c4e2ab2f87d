import { globSync, readFileSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createWorkDirectory, runProcess } from "@salon/testkit";

const root = join(import.meta.dirname, "..");
const INSTALL_TIMEOUT_MS = 300_000;

/** A package of the workspace that can be published. */
export interface PublishedPackage {
  readonly name: string;
  /** Its folder in the workspace. */
  readonly folder: string;
  readonly tarball: string;
}

/** An empty project into which npm installed the tarballs of all packages. */
export interface PackedProject extends AsyncDisposable {
  readonly path: string;
  readonly packages: readonly PublishedPackage[];
}

/** The packages that are not private, by name and folder. */
export function publishedPackages(): readonly Omit<PublishedPackage, "tarball">[] {
  return globSync("{packages,apps}/*/package.json", { cwd: root })
    .toSorted()
    .flatMap((path) => {
      const manifest = JSON.parse(readFileSync(join(root, path), "utf8")) as {
        readonly name: string;
        readonly private?: boolean;
      };
      if (manifest.private === true) return [];
      return [{ name: manifest.name, folder: join(root, dirname(path)) }];
    });
}

/** Builds and packs what can be published, and installs it, with `others` of the registry. */
export async function installPacked(others: readonly string[]): Promise<PackedProject> {
  await using resources = new AsyncDisposableStack();
  const { path } = resources.use(await createWorkDirectory("packed"));
  await runProcess({
    command: join(root, "node_modules", ".bin", "tsc"),
    args: ["-b"],
    cwd: root,
    timeoutMs: INSTALL_TIMEOUT_MS,
  });
  const packages: PublishedPackage[] = [];
  for (const { name, folder } of publishedPackages()) {
    packages.push({ name, folder, tarball: await pack(folder, join(path, "tarballs", name)) });
  }
  const project = join(path, "project");
  await mkdir(project);
  await writeFile(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  const install = ["install", "--no-audit", "--no-fund", "--prefer-offline"];
  await runProcess({
    command: "npm",
    args: [...install, ...packages.map(({ tarball }) => tarball), ...others],
    cwd: project,
    timeoutMs: INSTALL_TIMEOUT_MS,
  });
  const owned = resources.move();
  return {
    path: project,
    packages,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** By pnpm, which replaces `workspace:*` by versions and adds the licence. */
async function pack(folder: string, destination: string): Promise<string> {
  await mkdir(destination, { recursive: true });
  await runProcess({
    command: "pnpm",
    args: ["pack", "--pack-destination", destination],
    cwd: folder,
  });
  const [file = ""] = await readdir(destination);
  return join(destination, file);
}

/** The binary of a version of Node as npm brings it: `node@24`, `node@latest`. */
export async function nodeBinary(version: string): Promise<string> {
  const printed = await runProcess({
    command: "npm",
    args: ["exec", "--yes", `--package=${version}`, "--", "node", "-p", "process.execPath"],
    timeoutMs: INSTALL_TIMEOUT_MS,
  });
  return printed.trim();
}
