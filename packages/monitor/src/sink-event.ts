/** Offsets `[start, end)` of a partition that a commit added, and what became of them. */
export interface CommittedStretch {
  readonly start: number;
  readonly end: number;
  readonly rows: number;
  readonly dead: number;
  readonly gaps: number;
  readonly lost: number;
}

/** A record that became a dead letter. */
export interface RejectedRecord {
  readonly cause: string;
  readonly partition: number;
  readonly offset: number;
  readonly field?: string | undefined;
  readonly message: string;
  /** The beginning of its value; absent for a null value. */
  readonly value?: string | undefined;
}

/** What the records of a commit came to, and what it took. */
export interface CommittedUnit {
  readonly files: readonly { readonly rows: number; readonly bytes: number }[];
  /** Dead letters by cause. */
  readonly causes: ReadonlyMap<string, number>;
  readonly samples: readonly RejectedRecord[];
  /** Records that broke each quality rule. */
  readonly broken: ReadonlyMap<string, number>;
  readonly generalPathRecords: number;
  /** From its first record until it was full or due. */
  readonly fillMs: number;
  readonly decodeMs: number;
  readonly writeMs: number;
  readonly sealMs: number;
}

/** What a sink is and works with. */
export interface SinkSubject {
  readonly table: string;
  readonly topic: string;
  readonly sourceId: string;
  readonly partitionCount: number;
  readonly commitIntervalMs: number;
  readonly memoryLimitBytes: number;
  readonly rules: readonly { readonly name: string; readonly severity: string }[];
}

/**
 * What a monitor is told of a sink, in order. The observations of a sink fit as they are; this
 * package knows no other.
 */
export type SinkEvent =
  | ({ readonly kind: "started"; readonly status: () => SinkStatus } & SinkSubject)
  | { readonly kind: "assigned"; readonly partitions: readonly number[] }
  | {
      readonly kind: "chunk-written";
      readonly partition: number;
      readonly start: number;
      readonly end: number;
      readonly records: number;
      readonly bytes: number;
      readonly oldestMs?: number | undefined;
      readonly newestMs?: number | undefined;
    }
  | {
      readonly kind: "commit-tried";
      readonly step: "attempt" | "settle";
      readonly outcome: string;
      readonly durationMs: number;
      readonly reason?: string | undefined;
    }
  | {
      readonly kind: "committed";
      readonly snapshotId: bigint;
      readonly plan: string;
      readonly stretches: ReadonlyMap<number, CommittedStretch>;
      readonly unit?: CommittedUnit | undefined;
      readonly commitMs: number;
    }
  | { readonly kind: "unit-dropped"; readonly reason: string }
  | { readonly kind: "trouble"; readonly code?: string | undefined; readonly message: string }
  | { readonly kind: "ended"; readonly error?: Error | undefined };

/** How a sink is at one moment. */
export interface SinkStatus {
  readonly phase: "establishing" | "running" | "stopping" | "stopped" | "failed";
  readonly isAlive: boolean;
  readonly isAssigned: boolean;
  readonly pausedBecause?: string | undefined;
  readonly partitions: readonly {
    readonly partition: number;
    readonly next: number;
    readonly committed?: number | undefined;
    readonly logEnd?: number | undefined;
  }[];
  /** The account of every partition of the topic. */
  readonly ledger: ReadonlyMap<
    number,
    {
      readonly first: number;
      readonly next: number;
      readonly rows: number;
      readonly dead: number;
      readonly gaps: number;
      readonly lost: number;
      readonly unproved: number;
    }
  >;
  readonly membership?:
    | { readonly memberId: string; readonly generationId: number; readonly isLeader: boolean }
    | undefined;
  readonly fetchedAtMs?: number | undefined;
  readonly bufferedBytes: number;
  readonly filling?:
    | {
        readonly rows: number;
        readonly dead: number;
        readonly bytes: number;
        readonly ageMs: number;
      }
    | undefined;
  readonly commit?:
    | { readonly stage: string; readonly failures: number; readonly wasUnknown: boolean }
    | undefined;
  readonly waitingManifests: number;
}
