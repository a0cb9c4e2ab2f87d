import type { TableProof } from "@salon/sink";
import { describe, expect, it } from "vitest";
import { plainText } from "../src/command-output.ts";
import { adoptedText } from "../src/adopt.ts";
import { recoveredText } from "../src/recover-position.ts";
import { proofText } from "../src/verify.ts";

const ledger = { first: 0, next: 1500, rows: 1450, dead: 48, gaps: 2, lost: 0, unproved: 0 };

const proved: TableProof = {
  table: "bronze",
  tableUuid: "0a1b2c3d-0000-4000-8000-000000000001",
  snapshotId: "7",
  isProved: true,
  sources: [
    {
      sourceId: "ratings",
      isProved: true,
      cluster: "c1",
      topic: "ratings",
      partitions: [{ partition: 0, verdict: "proved", ledger, found: { rows: 1450, dead: 48 } }],
      pendingManifests: 0,
      findings: [],
    },
  ],
  otherRows: 0,
  undoneDeadLetters: 0,
  deleted: { rows: 0, deadLetters: 0 },
};

describe("proofText", () => {
  it("shows the ledger and the verdict", () => {
    expect(proofText(proved, plainText)).toBe(
      [
        "source ratings, topic ratings of cluster c1",
        "  partition  first   next   rows  dead  gaps  lost  unproved  verdict",
        "          0      0  1,500  1,450    48     2     0         0  proved",
        "",
        "table bronze at snapshot 7: proved: every recorded offset is there exactly once",
        "",
      ].join("\n"),
    );
  });

  it("lets no value of a record command the terminal", () => {
    const [source] = proved.sources;
    if (source === undefined) throw new Error("no source");
    const message = `offset 7 has comment "\u009b2J", and ${"x".repeat(500)} in the topic`;
    const finding = { code: "VALUES_DIFFER", severity: "failure", sourceId: "r", message } as const;
    const text = proofText({ ...proved, sources: [{ ...source, findings: [finding] }] }, plainText);
    expect(text).toContain(`has comment "\\u{9b}2J", and ${"x".repeat(500)} in the topic`);
  });

  it("names what stands against it, and what else was seen", () => {
    const [source] = proved.sources;
    if (source === undefined) throw new Error("no source");
    const finding = {
      code: "ROWS_MISSING",
      severity: "failure",
      sourceId: "ratings",
      partition: 0,
      message: "1 of 1450 rows are missing, at offsets 7",
    } as const;
    const failed: TableProof = {
      ...proved,
      isProved: false,
      sources: [{ ...source, isProved: false, pendingManifests: 2, findings: [finding] }],
      otherRows: 3,
      deleted: { rows: 1, deadLetters: 0 },
    };
    const text = proofText(failed, plainText);
    expect(text).toContain("  2 manifests of dead letters wait\n");
    expect(text).toContain("  FAILED: partition 0: 1 of 1450 rows are missing, at offsets 7\n");
    expect(text).toContain("\n3 rows are of no source that was looked at\n");
    expect(text).toContain("\n1 rows were deleted by snapshots in the table's history\n");
    expect(text.endsWith("table bronze at snapshot 7: not proved\n")).toBe(true);
  });

  it("shows the log where the topic was asked", () => {
    const [source] = proved.sources;
    const topic = {
      logStart: 10,
      logEnd: 1600,
      lag: 100,
      compared: { start: 10, end: 1500 },
      records: 1488,
      missing: 0,
    };
    const found = { rows: 1450, dead: 48 };
    const partition = { partition: 0, verdict: "proved", ledger, found, topic } as const;
    const text = proofText(
      { ...proved, sources: source ? [{ ...source, partitions: [partition] }] : [] },
      plainText,
    );
    expect(text).toMatch(/unproved {2}log start {2}log end {2}lag {2}compared {2}verdict\n/);
    expect(text).toMatch(/ 10 +1,600 +100 +1,488 {2}proved\n/);
  });
});

describe("recoveredText", () => {
  it.each([
    [undefined, "nothing was written\n"],
    ["9", "recorded in snapshot 9\n"],
  ])("ends with what was written: %s", (snapshotId, end) => {
    const text = recoveredText({
      sourceId: "s",
      topic: "t",
      cluster: "c",
      partitions: [{ partition: 0, logStart: 0, ...ledger }],
      pendingManifests: 0,
      snapshotId,
    });
    expect(text).toContain("source s, topic t of cluster c\n");
    expect(text.endsWith(`\n\n${end}`)).toBe(true);
  });
});

describe("adoptedText", () => {
  const position = {
    sourceId: "ratings",
    topic: "ratings",
    cluster: "c1",
    queryId: "q1",
    batchId: 41,
    doubtful: { batchId: 42, isThere: false, knownBy: "rows" },
    partitions: [
      {
        partition: 0,
        next: 1_200,
        rows: 1_199,
        repeated: { count: 1, ranges: [{ start: 7, end: 8 }] },
        logStart: 1_300,
        logEnd: 2_000,
      },
    ],
    wasAdopted: false,
    snapshotId: "9",
  } as const;

  it("says where it goes on, by which batch, and what is wrong already", () => {
    expect(adoptedText(position).split("\n")).toEqual([
      "source ratings, topic ratings of cluster c1",
      "  partition   next   rows  twice  log start  log end",
      "          0  1,200  1,199      1      1,300    2,000",
      "",
      "query q1: batch 41 is the last; batch 42 was in doubt and is not there, by the rows",
      "offsets 7 of partition 0 are there more than once already",
      "offsets 1200-1299 of partition 0 were deleted before anybody read them",
      "recorded in snapshot 9",
      "",
    ]);
  });

  it("says when nothing was written", () => {
    const before = { ...position, wasAdopted: true, snapshotId: undefined };
    expect(adoptedText(before)).toContain("it was taken over before; nothing was written");
    expect(adoptedText({ ...position, snapshotId: undefined })).toContain("\nnothing was written");
    const none = { ...position, batchId: undefined, doubtful: undefined };
    expect(adoptedText(none)).toContain("query q1: no batch is in the table");
  });
});
