import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { rowAt } from "@salon/columns";
import { createWorkDirectory, startNodeProgram } from "@salon/testkit";
import { expect, it } from "vitest";

import { createTable, defineSchema, openCatalog, openTable } from "../../../src/index.ts";

const entry = new URL("append-rows.ts", import.meta.url);

async function idsIn(warehouse: string): Promise<readonly number[]> {
  await using catalog = await openCatalog({ type: "sql", warehouse });
  const ids: number[] = [];
  for await (const { batch } of (await openTable(catalog, "db.t")).scan()) {
    for (let row = 0; row < batch.rowCount; row++) ids.push(Number(rowAt(batch, row)["id"]));
  }
  return ids.toSorted((left, right) => left - right);
}

async function createEmpty(warehouse: string): Promise<void> {
  await using catalog = await openCatalog({ type: "sql", warehouse });
  await createTable(catalog, "db.t", { schema: defineSchema({ id: "long" }) });
}

it(
  "takes what two processes append to one table, each row once",
  { timeout: 120_000 },
  async () => {
    await using directory = await createWorkDirectory("sqlite-processes");
    await createEmpty(directory.path);
    await using resources = new AsyncDisposableStack();
    const programs = await Promise.all(
      [0, 100].map((first) =>
        startNodeProgram({ entry, args: [directory.path, "db.t", String(first), "20"] }),
      ),
    );
    for (const program of programs) resources.use(program);
    for (const program of programs) {
      const { code } = await program.exit;
      expect({ code, lastLines: code === 0 ? "" : program.lastLines() }).toEqual({
        code: 0,
        lastLines: "",
      });
    }
    const expected = [0, 100].flatMap((first) => Array.from({ length: 20 }, (_, i) => first + i));
    expect(await idsIn(directory.path)).toEqual(expected);
  },
);

it("is whole after a process was killed in the middle", { timeout: 120_000 }, async () => {
  await using directory = await createWorkDirectory("sqlite-processes");
  await createEmpty(directory.path);
  for (let round = 0; round < 3; round++) {
    await using program = await startNodeProgram({
      entry,
      args: [directory.path, "db.t", String(round * 1000), "1000"],
    });
    await program.waitForLine(new RegExp(`^in: ${round * 1000 + 4}$`, "u"));
    program.signal("SIGKILL");
    await program.exit;
    const told = [...program.stdout().matchAll(/^in: (\d+)$/gmu)].map(([, id]) => Number(id));
    const kept = (await idsIn(directory.path)).filter((id) => id >= round * 1000);
    // The last append may be in without having been told of.
    expect([told.length, told.length + 1]).toContain(kept.length);
    expect(kept).toEqual(kept.map((_, index) => round * 1000 + index));
  }
  using database = new DatabaseSync(join(directory.path, "catalog.db"));
  expect({ ...database.prepare("PRAGMA integrity_check").get() }).toEqual({
    integrity_check: "ok",
  });
});
