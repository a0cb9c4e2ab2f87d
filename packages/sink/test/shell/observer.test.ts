import { openCatalog } from "@salon/iceberg-writer";
import type { Catalog } from "@salon/iceberg-writer";
import { ratingsSchema } from "@salon/schema";
import type { QualityRule } from "@salon/schema";
import { describe, expect, it } from "vitest";
import { runSink } from "../../src/shell/run-sink.ts";
import type { SinkObservation } from "../../src/shell/sink-observation.ts";
import { MemorySource, MemoryTopic } from "./memory-topic.ts";

const rules: readonly QualityRule[] = [
  { name: "few", field: "rating_value", severity: "reject", check: { kind: "range", max: 5 } },
];

function rating(value: number): string {
  return `{"customer_id":1,"rating_value":${value},"timestamp":"2025-01-15T10:30:00"}`;
}

type Observed<Kind extends SinkObservation["kind"]> = Extract<SinkObservation, { kind: Kind }>;

class Observations {
  readonly all: SinkObservation[] = [];
  of<Kind extends SinkObservation["kind"]>(kind: Kind): Observed<Kind>[] {
    return this.all.filter((each): each is Observed<Kind> => each.kind === kind);
  }
}

async function drain(
  catalog: Catalog,
  topic: MemoryTopic,
  observed: Observations,
  onObserved: (observation: SinkObservation) => void = () => {},
): Promise<void> {
  await using source = new MemorySource(topic, [0], 10);
  await runSink(
    {
      topic: topic.name,
      table: { namespace: [], name: "bronze" },
      assign: [0],
      startingOffsets: "earliest",
      trigger: "available-now",
    },
    {
      catalog,
      source,
      events: ratingsSchema,
      rules,
      logger: { debug() {}, info() {}, warn() {} },
      signal: new AbortController().signal,
      observe: (observation) => {
        observed.all.push(observation);
        onObserved(observation);
      },
    },
  );
}

describe("an observer", () => {
  it("is told of a run from its start to its end", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, rating(1), "no json", rating(9), undefined, null);
    const observed = new Observations();
    await drain(catalog, topic, observed);

    expect(observed.all[0]).toMatchObject({
      kind: "started",
      table: "bronze",
      topic: "ratings",
      partitionCount: 1,
      rules: [{ name: "few", severity: "reject" }],
    });
    expect(observed.all.at(-1)).toEqual({ kind: "ended" });
    expect(observed.of("assigned")).toEqual([{ kind: "assigned", partitions: [0] }]);
    const chunks = observed.of("chunk-written");
    expect(chunks[0]).toMatchObject({ partition: 0, start: 0 });
    expect(chunks.at(-1)?.end).toBe(5);
    expect(chunks.reduce((sum, { records }) => sum + records, 0)).toBe(4);

    const commits = observed.of("committed");
    expect(commits.map(({ plan }) => plan)).toEqual(["first-position", "unit"]);
    expect(observed.of("commit-tried").map(({ outcome }) => outcome)).toEqual([
      "committed",
      "committed",
    ]);
    const { unit, stretches } = commits[1]!;
    expect(stretches.get(0)).toEqual({ start: 0, end: 5, rows: 1, dead: 3, gaps: 1, lost: 0 });
    expect(unit?.files).toEqual([{ rows: 1, bytes: expect.any(Number) }]);
    expect(unit?.fillMs).toBeGreaterThan(0);
    expect(unit?.files[0]?.bytes).toBeGreaterThan(500);
    expect(unit?.broken).toEqual(new Map([["few", 1]]));
    expect(unit?.causes).toEqual(
      new Map([
        ["INVALID_JSON", 1],
        ["rule:few", 1],
        ["NULL_VALUE", 1],
      ]),
    );
    const [first] = unit!.samples;
    expect(first).toMatchObject({ cause: "INVALID_JSON", partition: 0, offset: 1 });
    expect(unit!.samples.map(({ value }) => value)).toEqual(
      expect.arrayContaining(["no json", rating(9), undefined]),
    );
  });

  it("can ask how the sink is at any time", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const topic = new MemoryTopic(1);
    topic.append(0, rating(1), rating(2));
    const observed = new Observations();
    const statuses: unknown[] = [];
    await drain(catalog, topic, observed, ({ kind }) => {
      if (kind === "chunk-written") statuses.push(observed.of("started")[0]?.status());
    });
    expect(statuses[0]).toMatchObject({
      phase: "running",
      isAlive: true,
      isAssigned: true,
      partitions: [{ partition: 0, next: 2, committed: 0, logEnd: 2 }],
    });
    const end = observed.of("started")[0]?.status();
    expect(end).toMatchObject({ phase: "stopped", bufferedBytes: 0, waitingManifests: 0 });
    expect(end?.ledger.get(0)).toMatchObject({ first: 0, next: 2, rows: 2 });
  });

  it("is told of trouble and of the error that ends a run", async () => {
    await using catalog = await openCatalog({ type: "memory" });
    const observed = new Observations();
    const topic = new MemoryTopic(1);
    await drain(catalog, topic, observed);
    const again = new MemoryTopic(1);
    const other = Object.assign(again, { clusterId: "another" });
    await expect(drain(catalog, other, observed)).rejects.toThrow("another");
    expect(observed.all.at(-1)).toMatchObject({
      kind: "ended",
      error: { code: "CLUSTER_CHANGED" },
    });
  });
});
