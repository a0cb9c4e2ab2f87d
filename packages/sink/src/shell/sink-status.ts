import type { GroupMembership, SourceProgress } from "@salon/kafka-io";
import { reasonToPause, waitingManifests } from "../engine/advance.ts";
import type { CommitInFlight, EngineState } from "../engine/engine-state.ts";
import type { Ledger } from "../protocol/ledger.ts";

/** How a sink is at one moment. */
export interface SinkStatus {
  readonly phase: EngineState["phase"];
  /** False when no progress was made for too long. */
  readonly isAlive: boolean;
  /** Whether its partitions, if it has any, are known and being read. */
  readonly isAssigned: boolean;
  /** Why nothing is read at the moment; absent while something may be. */
  readonly pausedBecause?: string | undefined;
  /** The partitions that it reads. */
  readonly partitions: readonly PartitionProgress[];
  /** The account of every partition of the topic, as the table was last seen. */
  readonly ledger: Ledger;
  /** Present while it is a member of a group. */
  readonly membership?: GroupMembership | undefined;
  /** When a broker last answered a fetch, in milliseconds since 1970. */
  readonly fetchedAtMs?: number | undefined;
  /** Of what is decoded and not committed. */
  readonly bufferedBytes: number;
  /** The unit that takes records. */
  readonly filling?: UnitProgress | undefined;
  readonly commit?: Pick<CommitInFlight, "stage" | "failures" | "wasUnknown"> | undefined;
  /** Manifests of dead letters that wait for their table. */
  readonly waitingManifests: number;
}

/** How far the reading of one partition is. */
export interface PartitionProgress {
  readonly partition: number;
  /** The next offset to be read. */
  readonly next: number;
  /** The next offset to be committed; absent before the table has a position. */
  readonly committed?: number | undefined;
  /** What a reader of committed data may reach, as the latest fetch saw it. */
  readonly logEnd?: number | undefined;
}

/** How full a unit is. */
export interface UnitProgress {
  readonly rows: number;
  readonly dead: number;
  /** Estimated, of Parquet. */
  readonly bytes: number;
  readonly ageMs: number;
}

/** What to know beside the engine's state. */
export interface StatusContext {
  readonly progress: SourceProgress;
  readonly isAlive: boolean;
  /** Of the engine's clock. */
  readonly nowMs: number;
}

/** The status that a state of the engine is. */
export function sinkStatus(state: EngineState, context: StatusContext): SinkStatus {
  const { phase, record, filling, commit, bufferedBytes } = state;
  const { progress, isAlive, nowMs } = context;
  const ledger = record?.ledger ?? new Map();
  return {
    phase,
    isAlive,
    isAssigned: phase !== "establishing" && state.awaiting === undefined && !state.isRevoking,
    pausedBecause: state.isPaused ? reasonToPause(state) : undefined,
    partitions: [...state.partitions].map(([partition, { next }]) => ({
      partition,
      next,
      committed: ledger.get(partition)?.next,
      logEnd: progress.logEnds.get(partition),
    })),
    ledger,
    membership: progress.membership,
    fetchedAtMs: progress.fetchedAtMs,
    bufferedBytes,
    filling: filling && {
      rows: filling.rows,
      dead: filling.dead,
      bytes: filling.bytes,
      ageMs: nowMs - filling.openedAtMs,
    },
    commit: commit && {
      stage: commit.stage,
      failures: commit.failures,
      wasUnknown: commit.wasUnknown,
    },
    waitingManifests: waitingManifests(state).length,
  };
}
