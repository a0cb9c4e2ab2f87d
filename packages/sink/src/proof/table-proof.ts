import type { PartitionLedger } from "../protocol/ledger.ts";
import type { OffsetRange } from "../protocol/source-record.ts";
import type { Finding } from "./finding.ts";

/** What a proof came to; plain data, and JSON as it is. */
export interface TableProof {
  readonly table: string;
  readonly tableUuid: string;
  /** The snapshot that was proved; absent for a table without one. */
  readonly snapshotId?: string | undefined;
  readonly isProved: boolean;
  readonly sources: readonly SourceProof[];
  /** Rows of no source of the table that was looked at. */
  readonly otherRows: number;
  /** Dead letters that do not count: the snapshot that decided them was rolled back. */
  readonly undoneDeadLetters: number;
  /**
   * What snapshots in history deleted of either table; missing records beyond it have no known
   * cause.
   */
  readonly deleted: { readonly rows: number; readonly deadLetters: number };
}

/** One source's part of a proof. */
export interface SourceProof {
  readonly sourceId: string;
  readonly isProved: boolean;
  /** Absent where no position can be read. */
  readonly cluster?: string | undefined;
  readonly topic?: string | undefined;
  readonly partitions: readonly PartitionProof[];
  /** Manifests of dead letters that still wait for their table. */
  readonly pendingManifests: number;
  readonly findings: readonly Finding[];
}

/** One partition's part of a proof. */
export interface PartitionProof {
  readonly partition: number;
  /** `accepted`: proved but for what the caller allowed. */
  readonly verdict: "proved" | "accepted" | "failed";
  readonly ledger: PartitionLedger;
  /** Offsets that are in the table, and those among the dead letters. */
  readonly found: { readonly rows: number; readonly dead: number };
  /** Present where the topic was asked. */
  readonly topic?: TopicPartitionProof | undefined;
}

/** What the topic says of a partition. */
export interface TopicPartitionProof {
  readonly logStart: number;
  /** The last stable offset. */
  readonly logEnd: number;
  /** Offsets from the position to the end. */
  readonly lag: number;
  /** The offsets that were read of the topic. */
  readonly compared: OffsetRange;
  /** Records in them. */
  readonly records: number;
  /** Records in them that are in neither table. */
  readonly missing: number;
}

/** The verdict that findings come to. */
export function verdictOf(findings: readonly Finding[]): PartitionProof["verdict"] {
  const severities = new Set(findings.map(({ severity }) => severity));
  if (severities.has("failure")) return "failed";
  return severities.has("accepted") ? "accepted" : "proved";
}
