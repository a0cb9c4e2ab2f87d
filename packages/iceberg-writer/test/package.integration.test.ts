import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createWorkDirectory, runProcess, useSharedReader } from "@salon/testkit";
import type { WorkDirectory } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..", "..");
const example = join(import.meta.dirname, "examples", "local-disk.ts");
const INSTALL_MAX_MS = 300_000;

/** Runs a program of the workspace's, or npm, in a directory. */
function run(cwd: string, command: string, ...args: readonly string[]): Promise<string> {
  return runProcess({ command, args, cwd, timeoutMs: INSTALL_MAX_MS });
}

describe("the package as it is published", () => {
  let directory: WorkDirectory;
  let project: string;

  beforeAll(async () => {
    directory = await createWorkDirectory("package");
    project = join(directory.path, "project");
    await mkdir(project);
    const tsc = join(root, "node_modules", ".bin", "tsc");
    await run(root, tsc, "-b", "packages/iceberg-writer/tsconfig.build.json");
    for (const name of ["columns", "iceberg-writer"]) {
      const folder = join(root, "packages", name);
      await run(folder, "pnpm", "pack", "--pack-destination", directory.path);
    }
    const tarballs = (await readdir(directory.path)).filter((name) => name.endsWith(".tgz"));
    await writeFile(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
    await run(project, "npm", "install", ...tarballs.map((name) => join(directory.path, name)));
    await copyFile(example, join(project, "example.ts"));
  });
  afterAll(() => directory[Symbol.asyncDispose]());

  it("installs into an empty project with what it needs and no more", async () => {
    const scopes = await readdir(join(project, "node_modules"));
    expect(await readdir(join(project, "node_modules", "@salon"))).toEqual([
      "columns",
      "iceberg-writer",
    ]);
    expect(scopes).toContain("hyparquet");
    for (const unneeded of ["kafkajs", "pg", "pino", "commander", "apache-arrow"]) {
      expect(scopes).not.toContain(unneeded);
    }
  });

  it("writes a table by the README's program, which PyIceberg and DuckDB read", async () => {
    const output = await run(project, process.execPath, "example.ts");
    expect(output).toBe("1 [ 'customer_id', 'comment', 'rated_at' ]\n");
    const catalog = { kind: "hadoop", warehouse: `file://${join(project, "warehouse")}` } as const;
    for (const engine of ["pyiceberg", "duckdb"] as const) {
      const reader = await useSharedReader(engine);
      const rows = await reader.readTable({ catalog, table: "db.ratings" });
      expect(rows).toMatchObject([{ customer_id: 7, comment: "Lovely!" }]);
    }
  });

  it("has types that a strict compiler takes", async () => {
    const tsc = join(root, "node_modules", ".bin", "tsc");
    const compilerOptions = {
      strict: true,
      noEmit: true,
      module: "nodenext",
      target: "esnext",
      typeRoots: [join(root, "node_modules", "@types")],
      types: ["node"],
    };
    await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    expect(await run(project, tsc, "-p", ".")).toBe("");
  });
});
