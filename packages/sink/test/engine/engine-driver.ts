import type { EngineEffect } from "../../src/engine/engine-effect.ts";
import type { EngineEvent, TableView } from "../../src/engine/engine-event.ts";
import { initialEngineState } from "../../src/engine/engine-state.ts";
import type { EngineSettings, EngineState } from "../../src/engine/engine-state.ts";
import { reduce } from "../../src/engine/reduce.ts";
import type { PartitionLedger } from "../../src/protocol/ledger.ts";
import type { PositionReading } from "../../src/protocol/position.ts";
import type { SourceRecord } from "../../src/protocol/source-record.ts";
import { recordAt } from "../protocol/table-history.ts";

const settings: EngineSettings = {
  startingOffsets: "earliest",
  trigger: "continuous",
  commitIntervalMs: 10_000,
  commitRows: 1000,
  commitBytes: 1_000_000,
  memoryLimitBytes: 1_000_000,
  onDataLoss: "fail",
  onRollback: "fail",
  lookIntervalMs: 3_600_000,
  truncationGraceMs: 30_000,
  pendingManifestsMax: 100,
};

/** Feeds events to the engine and keeps what it wanted done. */
export class EngineDriver {
  state: EngineState;
  /** Effects of the last event. */
  effects: readonly EngineEffect[] = [];
  nowMs = 0;

  constructor(changes: Partial<EngineSettings> = {}, partitions = 1) {
    const identity = { sourceId: "ratings", cluster: "cluster-1", topic: "ratings", partitions };
    this.state = initialEngineState({ ...settings, ...changes }, identity, 0);
  }

  tell(event: EngineEvent, afterMs = 0): readonly EngineEffect[] {
    this.nowMs += afterMs;
    const { state, effects } = reduce(this.state, event, this.nowMs);
    this.state = state;
    this.effects = effects;
    return effects;
  }

  /** The effect of a kind among those of the last event. */
  effect<K extends EngineEffect["kind"]>(kind: K): Extract<EngineEffect, { kind: K }> {
    const found = this.effects.find((effect) => effect.kind === kind);
    if (found === undefined) {
      throw new Error(`no ${kind} among ${this.effects.map((effect) => effect.kind).join(", ")}`);
    }
    return found as Extract<EngineEffect, { kind: K }>;
  }

  kinds(): readonly string[] {
    return this.effects.filter(({ kind }) => kind !== "report").map(({ kind }) => kind);
  }

  /** Starts on a table that holds a record, with its partitions assigned. */
  run(record: SourceRecord = recordAt(0)): this {
    this.tell({ kind: "started" });
    this.tell({ kind: "table-read", view: view(record) });
    this.tell({ kind: "assigned", partitions: [...record.ledger.keys()] });
    this.tell({ kind: "table-read", view: view(record) });
    return this;
  }

  /** A chunk from fetch to file. */
  chunk(requestedOffset: number, nextOffset: number, partition = 0, dead = 0): void {
    const unitId = this.fetched(requestedOffset, nextOffset, partition);
    this.written(unitId, requestedOffset, nextOffset, { partition, dead });
  }

  /** A chunk that is fetched; answers the unit that it is to be written into. */
  fetched(requestedOffset: number, nextOffset: number, partition = 0): number {
    const count = nextOffset - requestedOffset;
    this.tell({
      kind: "chunk-fetched",
      chunkId: requestedOffset,
      partition,
      requestedOffset,
      nextOffset,
      count,
      bytes: count * 100,
    });
    return this.effect("write-chunk").unitId;
  }

  written(unitId: number, start: number, end: number, { partition = 0, dead = 0 } = {}): void {
    const count = end - start;
    this.tell({
      kind: "chunk-written",
      unitId,
      partition,
      start,
      end,
      rows: count - dead,
      dead,
      unitBytes: count * 10,
      bufferedBytes: count * 100,
    });
  }

  /** The sealed unit's commit is sent. */
  sealed(): number {
    const { unitId } = this.effect("seal-unit");
    this.tell({ kind: "unit-sealed", unitId });
    return this.effect("attempt-commit").commitId;
  }

  committed(commitId: number, record: SourceRecord): void {
    this.tell({
      kind: "attempt-finished",
      commitId,
      result: { kind: "committed", record, snapshotId: BigInt(commitId) },
    });
  }
}

/** What a read of a table with this record, or reading, tells. */
export function view(position: SourceRecord | PositionReading, evidence?: boolean): TableView {
  const reading: PositionReading =
    "kind" in position
      ? position
      : {
          kind: "recorded",
          record: position,
          snapshotId: 1n,
          isCopyStale: false,
          foreignSnapshots: [],
        };
  return { reading, others: new Map(), evidence, appliedThrough: 0, mainSnapshotId: 1n };
}

/** A ledger of rows alone, from offset 0. */
export function ledgerAt(next: number): PartitionLedger {
  return { first: 0, next, rows: next, dead: 0, gaps: 0, lost: 0, unproved: 0 };
}

/** A record of two partitions that stand at these offsets. */
export function twoPartitionsAt(first: number, second: number): SourceRecord {
  const ledger = new Map([
    [0, ledgerAt(first)],
    [1, ledgerAt(second)],
  ]);
  return recordAt(0, { partitions: 2, ledger });
}
