import type { RecordChunk } from "@salon/kafka-io";
import type { QualityRule } from "@salon/schema";
import type { AttemptResult, EngineEvent } from "../engine/engine-event.ts";
import type { LedgerStretch } from "../protocol/ledger.ts";
import type { CommitPlan } from "../protocol/own-commit.ts";
import type { SinkStatus } from "./sink-status.ts";
import type { UnitFacts } from "./unit-facts.ts";

type SettledKind = Extract<EngineEvent, { kind: "commit-settled" }>["result"]["kind"];

/** What a sink tells of itself while it runs, for metrics and status pages. */
export type SinkObservation =
  /** Tables and topic are there, and the engine begins. */
  | {
      readonly kind: "started";
      readonly table: string;
      readonly topic: string;
      readonly sourceId: string;
      readonly partitionCount: number;
      readonly commitIntervalMs: number;
      readonly memoryLimitBytes: number;
      readonly rules: readonly Pick<QualityRule, "name" | "severity">[];
      /** How the sink is at the moment; may be asked at any time. */
      readonly status: () => SinkStatus;
    }
  /** These partitions are this member's from here on, and no others. */
  | { readonly kind: "assigned"; readonly partitions: readonly number[] }
  /** Records were decoded and written to the files of a unit. */
  | ({ readonly kind: "chunk-written" } & ObservedChunk)
  /** An attempt of a commit, or the look for one of unknown outcome, has ended. */
  | {
      readonly kind: "commit-tried";
      readonly step: "attempt" | "settle";
      readonly outcome: AttemptResult["kind"] | SettledKind;
      readonly durationMs: number;
      /** Why it is not committed, where that is known. */
      readonly reason?: string | undefined;
    }
  | {
      readonly kind: "committed";
      readonly snapshotId: bigint;
      readonly plan: CommitPlan["kind"];
      /** What the commit added, by partition; empty for a position alone. */
      readonly stretches: ReadonlyMap<number, LedgerStretch>;
      /** Absent for a position alone. */
      readonly unit?: UnitFacts | undefined;
      /** From the first attempt to the known outcome. */
      readonly commitMs: number;
    }
  /** What was read is not committed and read again. */
  | { readonly kind: "unit-dropped"; readonly reason: string }
  /** Something failed that is tried again. */
  | { readonly kind: "trouble"; readonly code?: string | undefined; readonly message: string }
  /** Nothing comes after it; with the error that ended the sink, if one did. */
  | { readonly kind: "ended"; readonly error?: Error | undefined };

/** What a chunk held. */
export interface ObservedChunk {
  readonly partition: number;
  /** Offsets `[start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly records: number;
  /** Of keys, values and headers. */
  readonly bytes: number;
  /** Kafka's timestamps of its records, in milliseconds since 1970; absent where none has one. */
  readonly oldestMs?: number | undefined;
  readonly newestMs?: number | undefined;
}

/** Takes the observations of a sink, one after the other; must not throw. */
export type SinkObserver = (observation: SinkObservation) => void;

/** What observers are told of a chunk. */
export function observedChunk(chunk: RecordChunk): ObservedChunk {
  const { partition, requestedOffset: start, nextOffset: end, count, timestampsMs } = chunk;
  let oldestMs = Number.POSITIVE_INFINITY;
  let newestMs = -1;
  for (let index = 0; index < count; index++) {
    const timestampMs = timestampsMs[index] ?? -1;
    if (timestampMs < 0) continue;
    if (timestampMs < oldestMs) oldestMs = timestampMs;
    if (timestampMs > newestMs) newestMs = timestampMs;
  }
  const times = newestMs < 0 ? {} : { oldestMs, newestMs };
  return { partition, start, end, records: count, bytes: chunk.buffer.length, ...times };
}

/** The trouble that an error is. */
export function troubleOf(error: Error): Extract<SinkObservation, { kind: "trouble" }> {
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return { kind: "trouble", code, message: error.message };
}
