import { describe, expect, it } from "vitest";
import { duckdbSql, pyicebergProgram, waysToRead } from "../src/how-to-read.ts";
import { describeCounts } from "../src/live-line.ts";
import { proofText } from "../src/proof-text.ts";
import { textTable } from "../src/text-table.ts";

describe("describeCounts", () => {
  it("says as lag what was sent and is not committed", () => {
    const counts = { sent: 12_000, rows: 10_000, deadLetters: 100, commits: 3 };
    expect(describeCounts(counts, 4_400)).toBe(
      "  4 s  12,000 sent  10,000 rows  100 dead letters  3 commits  lag 1,900",
    );
  });
});

describe("describeCounts of a run with an end", () => {
  const counts = { sent: 0, rows: 0, deadLetters: 0, commits: 0 };
  it.each([
    [4_400, " 4 of 20 s"],
    [20_600, " 21 s"],
  ])("after %i ms begins with %j", (elapsedMs, text) => {
    expect(describeCounts(counts, elapsedMs, 20).trimStart()).toMatch(
      new RegExp(`^${text.trimStart()}  0 sent`, "u"),
    );
  });
});

describe("textTable", () => {
  it("aligns cells, on one line each, and cuts long ones", () => {
    expect(
      textTable(
        ["id", "comment"],
        [
          ["7", "good\nwork"],
          ["12", "x".repeat(50)],
        ],
        10,
      ),
    ).toBe(["  id  comment", "  7   good work", `  12  ${"x".repeat(9)}…`].join("\n"));
  });
});

describe("waysToRead", () => {
  const ways = waysToRead({ warehouse: "/data/run", name: "ratings" });

  it("names the table to each of the three programs", () => {
    expect(ways.map(({ name }) => name.split(" ")[0])).toEqual(["DuckDB", "PyIceberg", "Spark"]);
    expect(duckdbSql("/data/run/ratings")).toContain("iceberg_scan('/data/run/ratings')");
    expect(ways[2]?.lines.join(" ")).toContain("warehouse=/data/run");
  });

  it("keeps the shell's quotes out of the programs between them", () => {
    expect(duckdbSql("/data/run/ratings")).not.toContain('"');
    expect(pyicebergProgram("/data/run/ratings").join("")).not.toContain("'");
  });
});

describe("proofText", () => {
  const partition = {
    partition: 0,
    verdict: "proved",
    ledger: { first: 0, next: 10, rows: 8, dead: 2, gaps: 0, lost: 0, unproved: 0 },
    found: { rows: 8, dead: 2 },
    topic: {
      logStart: 0,
      logEnd: 10,
      lag: 0,
      compared: { start: 0, end: 10 },
      records: 10,
      missing: 0,
    },
  } as const;
  const source = {
    sourceId: "t",
    isProved: true,
    partitions: [partition],
    pendingManifests: 0,
    findings: [],
  } as const;
  const proof = {
    table: "ratings",
    tableUuid: "7b2a9c1e-0000-4000-8000-000000000000",
    isProved: true,
    sources: [source],
    otherRows: 0,
    undoneDeadLetters: 0,
    deleted: { rows: 0, deadLetters: 0 },
  } as const;

  it("adds records up", () => {
    expect(proofText(proof)).toBe(
      [
        "proved: every record is there exactly once",
        "  10 records in 1 partition of the topic",
        "  = 8 rows + 2 dead letters, 0 missing, each compared by value",
      ].join("\n"),
    );
  });

  it("says what stands against it", () => {
    const finding = { code: "ROWS_MISSING", severity: "failure", message: "offset 3 is missing" };
    const failed = { ...source, isProved: false, findings: [finding as never] };
    const text = proofText({ ...proof, isProved: false, sources: [failed] });
    expect(text).toContain("NOT proved");
    expect(text).toContain("offset 3 is missing");
  });
});
