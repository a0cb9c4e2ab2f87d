import { cpSync, globSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createWorkDirectory, runProcess } from "@salon/testkit";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const MANIFESTS = "{packages,apps}/*/package.json";
const CHANGESET = `---\n"@salon/columns": minor\n---\n\nColumns can do more.\n`;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
}

function manifests(folder: string): readonly Manifest[] {
  const paths = globSync(MANIFESTS, { cwd: folder }).toSorted();
  return paths.map((path) => JSON.parse(readFileSync(join(folder, path), "utf8")) as Manifest);
}

it("a changeset of one package gives all of them one new version", async () => {
  await using directory = await createWorkDirectory("changesets");
  const copy = directory.path;
  const files = globSync(["package.json", "pnpm-workspace.yaml", ".changeset/*", MANIFESTS], {
    cwd: root,
  });
  for (const file of files) cpSync(join(root, file), join(copy, file));
  await writeFile(join(copy, ".changeset", "of-this-test.md"), CHANGESET);
  const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
  for (const args of [
    ["init", "-q"],
    ["add", "-A"],
    [...identity, "commit", "-qm", "all"],
  ]) {
    await runProcess({ command: "git", args, cwd: copy });
  }
  const changeset = join(root, "node_modules", "@changesets", "cli", "bin.js");
  await runProcess({ command: process.execPath, args: [changeset, "version"], cwd: copy });

  const published = manifests(copy).filter((manifest) => manifest.private !== true);
  const before = manifests(root).filter((manifest) => manifest.private !== true);
  expect(new Set(published.map(({ version }) => version)).size).toBe(1);
  expect(published[0]?.version).not.toBe(before[0]?.version);
  expect(manifests(copy).filter((manifest) => manifest.private === true)).toEqual(
    manifests(root).filter((manifest) => manifest.private === true),
  );
  const changelog = readFileSync(join(copy, "packages", "columns", "CHANGELOG.md"), "utf8");
  expect(changelog).toContain("Columns can do more.");
});
