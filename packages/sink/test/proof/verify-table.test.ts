import { describe, expect, it } from "vitest";
import { verifyTable } from "../../src/proof/verify-table.ts";
import type { VerifyTableOptions } from "../../src/proof/verify-table.ts";
import type { TableProof } from "../../src/proof/table-proof.ts";
import { HandmadeTables, ledger, MAIN } from "./proof-fixture.ts";

function verify(
  { catalog }: HandmadeTables,
  options: Partial<VerifyTableOptions> = {},
): Promise<TableProof> {
  return verifyTable({ catalog, identifier: MAIN, ...options });
}

/** `CODE severity` of every finding. */
function findings({ sources }: TableProof): string[] {
  return sources.flatMap((source) => source.findings.map((f) => `${f.code} ${f.severity}`));
}

/** A table whose last two rows another engine deleted. */
async function deleteLastRows(tables: HandmadeTables): Promise<void> {
  const kept = await tables.commit({ rows: [0], ledger: { 0: ledger({ next: 1, rows: 1 }) } });
  await tables.commit({ rows: [1, 2], ledger: { 0: ledger({ next: 3, rows: 3 }) } });
  await tables.deleteBackTo(kept, 2);
}

describe("verifyTable proves", () => {
  it("rows in several partitions and commits", async () => {
    await using tables = await HandmadeTables.create();
    const first = { 0: ledger({ next: 2, rows: 2 }), 1: ledger({ first: 5, next: 5 }) };
    await tables.commit({ rows: [0, 1], ledger: first });
    await tables.commit({
      rows: [2, [1, 5], [1, 7]],
      ledger: {
        0: ledger({ next: 3, rows: 3 }),
        1: ledger({ first: 5, next: 8, rows: 2, gaps: 1 }),
      },
    });
    const proof = await verify(tables);
    expect(findings(proof)).toEqual([]);
    expect(proof).toMatchObject({ isProved: true, otherRows: 0, table: "bronze" });
    expect(proof.sources[0]?.partitions).toMatchObject([
      { partition: 0, verdict: "proved", found: { rows: 3, dead: 0 } },
      { partition: 1, verdict: "proved", found: { rows: 2, dead: 0 } },
    ]);
  });

  it("dead letters that are applied and those that wait", async () => {
    await using tables = await HandmadeTables.create();
    const decidedBy = await tables.commit({
      rows: [0],
      ledger: { 0: ledger({ next: 1, rows: 1 }) },
    });
    await tables.applyDead(decidedBy, [1], 2);
    const applied = await tables.stageDead(decidedBy, [1], 2);
    const waiting = await tables.stageDead(decidedBy, [2, 3], 3);
    await tables.commit({
      ledger: { 0: ledger({ next: 4, rows: 1, dead: 3 }) },
      pending: [applied, waiting],
    });
    const proof = await verify(tables);
    expect(findings(proof)).toEqual([]);
    expect(proof.sources[0]).toMatchObject({
      isProved: true,
      pendingManifests: 1,
      partitions: [{ found: { rows: 1, dead: 3 } }],
    });
  });

  it("a dead letter whose deciding snapshot is expired", async () => {
    await using tables = await HandmadeTables.create();
    const decidedBy = await tables.commit({ ledger: { 0: ledger({ next: 1, dead: 1 }) } });
    await tables.applyDead(decidedBy, [0], 1);
    await tables.commit({ ledger: { 0: ledger({ next: 1, dead: 1 }) }, applied: 1 });
    await tables.expire(decidedBy);
    expect((await verify(tables)).isProved).toBe(true);
  });

  it("the copy of a position whose snapshot is expired", async () => {
    await using tables = await HandmadeTables.create();
    const own = await tables.commit({ rows: [0], ledger: { 0: ledger({ next: 1, rows: 1 }) } });
    await tables.commit({ rows: [], topic: "other" });
    await tables.expire(own);
    expect(findings(await verify(tables))).toEqual(["COPY_USED note"]);
  });

  it("each of several sources by itself, and names rows of none", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0], ledger: { 0: ledger({ next: 1, rows: 1 }) } });
    await tables.commit({
      topic: "second",
      sourceId: "other/é",
      rows: [0, 1],
      ledger: { 0: ledger({ next: 2, rows: 2 }) },
    });
    await tables.commit({ topic: "foreign", rows: [0, 1, 2] });
    const proof = await verify(tables);
    expect(proof.sources.map(({ sourceId }) => sourceId)).toEqual(["other/é", "ratings"]);
    expect(proof).toMatchObject({ isProved: true, otherRows: 3 });
    const one = await verify(tables, { topic: "ratings" });
    expect(one.sources.map(({ sourceId }) => sourceId)).toEqual(["ratings"]);
    expect(one.otherRows).toBe(5);
  });
});

describe("verifyTable finds", () => {
  it.each([
    ["a row that is missing", [0, 2], { next: 3, rows: 3 }, "ROWS_MISSING"],
    ["a row that is there twice", [0, 1, 1], { next: 2, rows: 2 }, "OFFSETS_REPEATED"],
    ["a row beyond the position", [0, 1, 2], { next: 2, rows: 2 }, "OFFSETS_UNEXPECTED"],
    ["a row below the first offset", [4, 5], { first: 5, next: 6, rows: 1 }, "OFFSETS_UNEXPECTED"],
    ["a row at the offset of a gap", [0, 1], { next: 2, rows: 1, gaps: 1 }, "ROWS_SURPLUS"],
    ["a dead letter that is missing", [0], { next: 2, rows: 1, dead: 1 }, "DEAD_LETTERS_MISSING"],
    ["lost offsets", [0], { next: 2, rows: 1, lost: 1 }, "OFFSETS_LOST"],
    ["unproved offsets", [0], { next: 2, rows: 1, unproved: 1 }, "OFFSETS_UNPROVED"],
  ])("%s", async (_, rows, counts, code) => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows, ledger: { 0: ledger(counts) } });
    const proof = await verify(tables);
    expect(findings(proof)).toEqual([`${code} failure`]);
    expect(proof.isProved).toBe(false);
    expect(proof.sources[0]?.partitions[0]?.verdict).toBe("failed");
  });

  it("the offsets that are missing, where no gap hides them", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0, 4], ledger: { 0: ledger({ next: 7, rows: 7 }) } });
    const [missing] = (await verify(tables)).sources[0]?.findings ?? [];
    expect(missing?.message).toBe("5 of 7 rows are missing, at offsets 1-3, 5-6");
    expect(missing?.offsets).toEqual({
      count: 5,
      ranges: [
        { start: 1, end: 4 },
        { start: 5, end: 7 },
      ],
    });
  });

  it("an offset that is a row and a dead letter", async () => {
    await using tables = await HandmadeTables.create();
    const id = await tables.commit({ rows: [0, 1], ledger: { 0: ledger({ next: 2, rows: 2 }) } });
    await tables.applyDead(id, [1]);
    expect(findings(await verify(tables))).toEqual(["OFFSETS_REPEATED failure"]);
  });

  it("rows of a partition that is not recorded", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0, [3, 9]], ledger: { 0: ledger({ next: 1, rows: 1 }) } });
    expect((await verify(tables)).sources[0]?.findings).toMatchObject([
      { code: "OFFSETS_UNEXPECTED", partition: 3, severity: "failure" },
    ]);
  });

  it("dead letters whose deciding snapshot was rolled back", async () => {
    await using tables = await HandmadeTables.create();
    const kept = await tables.commit({ rows: [0], ledger: { 0: ledger({ next: 1, rows: 1 }) } });
    const undone = await tables.commit({ ledger: { 0: ledger({ next: 2, rows: 1, dead: 1 }) } });
    await tables.applyDead(undone, [1], 2);
    await tables.rollBackTo(kept);
    const proof = await verify(tables);
    expect(findings(proof)).toEqual(["TABLE_ROLLED_BACK failure"]);
    expect(proof.undoneDeadLetters).toBe(1);
    expect(proof.sources[0]?.partitions).toMatchObject([{ verdict: "proved" }]);
  });

  it("a dead-letter table that lost what was applied", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ ledger: { 0: ledger({ next: 1, dead: 1 }) }, applied: 1 });
    expect(findings(await verify(tables))).toEqual([
      "DEAD_LETTERS_UNDONE failure",
      "DEAD_LETTERS_MISSING failure",
    ]);
  });

  it("a manifest of the outbox that is gone", async () => {
    await using tables = await HandmadeTables.create();
    const entry = await tables.stageDead(1n, [0], 1);
    await (await tables.deadLetters()).fileIo.delete(entry.manifest);
    await tables.commit({ ledger: { 0: ledger({ next: 1, dead: 1 }) }, pending: [entry] });
    expect(findings(await verify(tables))).toEqual([
      "DEAD_LETTERS_UNDONE failure",
      "DEAD_LETTERS_MISSING failure",
    ]);
  });

  it("a ledger out of balance", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0], ledger: { 0: ledger({ next: 2, rows: 1 }) } });
    const proof = await verify(tables);
    expect(findings(proof)).toEqual(["POSITION_INVALID failure"]);
    expect(proof.sources[0]?.findings[0]?.message).toContain("does not add up");
  });

  it("a position that nobody can read", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commitText("{");
    expect(findings(await verify(tables))).toEqual(["POSITION_INVALID failure"]);
  });
});

describe("verifyTable and deletes of others", () => {
  it("fail, and are told apart from losses without a cause", async () => {
    await using tables = await HandmadeTables.create();
    await deleteLastRows(tables);
    const proof = await verify(tables);
    expect(findings(proof)).toEqual(["ROWS_MISSING failure"]);
    expect(proof.deleted).toEqual({ rows: 2, deadLetters: 0 });
  });

  it("are accepted where they are allowed", async () => {
    await using tables = await HandmadeTables.create();
    await deleteLastRows(tables);
    const proof = await verify(tables, { allowDeletes: true });
    expect(proof.isProved).toBe(true);
    expect(proof.sources[0]?.partitions[0]?.verdict).toBe("accepted");
  });

  it("do not make rows acceptable that are there twice", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ rows: [0, 0], ledger: { 0: ledger({ next: 1, rows: 1 }) } });
    const proof = await verify(tables, { allowDeletes: true, allowLost: true });
    expect(proof.isProved).toBe(false);
  });

  it("leave losses to their own flag", async () => {
    await using tables = await HandmadeTables.create();
    const counts = { next: 4, rows: 1, lost: 2, unproved: 1 };
    await tables.commit({ rows: [0], ledger: { 0: ledger(counts) } });
    expect((await verify(tables, { allowDeletes: true })).isProved).toBe(false);
    const proof = await verify(tables, { allowLost: true });
    expect(findings(proof)).toEqual(["OFFSETS_LOST accepted", "OFFSETS_UNPROVED accepted"]);
  });
});

describe("verifyTable refuses", () => {
  it("a table without a position, naming what is known", async () => {
    await using tables = await HandmadeTables.create();
    await expect(verify(tables)).rejects.toMatchObject({
      code: "POSITION_UNKNOWN",
      message: "table bronze records no position of any source",
    });
    await tables.commit({ ledger: { 0: ledger({}) } });
    await expect(verify(tables, { sourceId: "x" })).rejects.toMatchObject({
      message: "table bronze records no position of source x, only of source ratings",
    });
  });

  it("sources whose rows cannot be told apart", async () => {
    await using tables = await HandmadeTables.create();
    await tables.commit({ ledger: { 0: ledger({}) } });
    await tables.commit({ ledger: { 0: ledger({}) }, sourceId: "second", cluster: "cluster-2" });
    await expect(verify(tables)).rejects.toMatchObject({ code: "SOURCE_CONFLICT" });
  });
});
