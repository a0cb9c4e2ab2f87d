import type { CommitEntry } from "./commit-entry.ts";
import { sum } from "./commit-entry.ts";
import type { KnownGroup } from "./group-watch.ts";
import type { Sample } from "./history.ts";
import { partitionLags } from "./partition-lag.ts";
import type { PartitionLag } from "./partition-lag.ts";
import type { RejectedRecord, SinkStatus, SinkSubject } from "./sink-event.ts";
import type { SinkView } from "./sink-view.ts";
import { sinkState } from "./state-word.ts";
import type { SinkState } from "./state-word.ts";

/** A setting that is in force; secrets are hidden before it comes here. */
export interface ConfigurationEntry {
  readonly name: string;
  readonly value: string;
  /** Where it is from: `default`, `environment`, `command line`. */
  readonly source: string;
}

/** The account of a partition as the table has it. */
interface PartitionAccount {
  readonly partition: number;
  readonly first: number;
  readonly next: number;
  readonly rows: number;
  readonly dead: number;
  readonly gaps: number;
  readonly lost: number;
  readonly unproved: number;
}

/**
 * What the table's account says: every offset from the first to the next one is a row, a dead
 * letter or one that Kafka has no record at; what is neither is lost, or not proved.
 */
export interface Proof {
  readonly offsets: number;
  readonly rows: number;
  readonly dead: number;
  readonly gaps: number;
  readonly lost: number;
  readonly unproved: number;
  readonly partitions: readonly PartitionAccount[];
}

/** What the page shows; plain data that is sent as JSON. */
export interface PageStatus {
  readonly version: string;
  readonly atMs: number;
  readonly openedAtMs: number;
  readonly state: SinkState;
  readonly subject?: SinkSubject | undefined;
  readonly now: Sample;
  readonly committedAtMs?: number | undefined;
  /** When a broker last answered a fetch; lags are as of then. */
  readonly fetchedAtMs?: number | undefined;
  readonly lags: readonly PartitionLag[];
  readonly proof?: Proof | undefined;
  readonly commits: readonly CommitEntry[];
  readonly totals: Readonly<Record<string, number>>;
  readonly causes: readonly (readonly [string, number])[];
  readonly samples: readonly RejectedRecord[];
  readonly rules: readonly {
    readonly name: string;
    readonly severity: string;
    readonly broken: number;
  }[];
  readonly membership?: SinkStatus["membership"];
  /** Absent where no group is watched. */
  readonly group?: KnownGroup | undefined;
  readonly filling?: SinkStatus["filling"];
  readonly waitingManifests: number;
  readonly configuration: readonly ConfigurationEntry[];
}

/** What the page shows of a view and the status of the same moment. */
export function pageStatus(
  view: SinkView,
  status: SinkStatus | undefined,
  context: {
    readonly now: Sample;
    readonly version: string;
    readonly configuration: readonly ConfigurationEntry[];
    readonly group?: KnownGroup | undefined;
  },
): PageStatus {
  const { now } = context;
  const { totals, subject } = view;
  return {
    version: context.version,
    atMs: now.atMs,
    openedAtMs: view.openedAtMs,
    state: sinkState(view, status, now.atMs),
    subject,
    now,
    committedAtMs: view.committedAtMs,
    fetchedAtMs: status?.fetchedAtMs,
    lags: partitionLags(view, status, now.atMs),
    proof: status === undefined || status.ledger.size === 0 ? undefined : proofOf(status.ledger),
    commits: view.commits,
    totals: {
      rows: totals.rows,
      dead: sum(totals.causes.values()),
      commits: sum(totals.commits.values()),
      conflicts: totals.tries.get("conflict") ?? 0,
      files: totals.files,
      fileBytes: totals.fileBytes,
      generalPathRecords: totals.generalPathRecords,
      droppedUnits: totals.droppedUnits,
      assignments: totals.assignments,
    },
    causes: [...totals.causes].toSorted(([, a], [, b]) => b - a),
    samples: view.samples,
    rules: (subject?.rules ?? []).map(({ name, severity }) => ({
      name,
      severity,
      broken: totals.broken.get(name) ?? 0,
    })),
    membership: status?.membership,
    group: context.group,
    filling: status?.filling,
    waitingManifests: status?.waitingManifests ?? 0,
    configuration: context.configuration,
  };
}

function proofOf(ledger: SinkStatus["ledger"]): Proof {
  const partitions = [...ledger]
    .map(([partition, account]) => ({ partition, ...account }))
    .toSorted((a, b) => a.partition - b.partition);
  const total = (of: "rows" | "dead" | "gaps" | "lost" | "unproved"): number =>
    sum(partitions.map((account) => account[of]));
  return {
    offsets: sum(partitions.map(({ first, next }) => next - first)),
    rows: total("rows"),
    dead: total("dead"),
    gaps: total("gaps"),
    lost: total("lost"),
    unproved: total("unproved"),
    partitions,
  };
}
