import type { CommittedStretch, SinkEvent } from "./sink-event.ts";

/** What a commit took, by phase. */
interface CommitPhases {
  readonly decodeMs: number;
  readonly writeMs: number;
  /** Closing the files, which waits for their upload, and staging manifests. */
  readonly sealMs: number;
  /** From the first attempt to the known outcome. */
  readonly commitMs: number;
}

/** A commit as the page lists it. */
export interface CommitEntry {
  readonly atMs: number;
  readonly snapshotId: string;
  /** `unit` carries records, the others a position alone. */
  readonly plan: string;
  readonly rows: number;
  readonly dead: number;
  readonly files: number;
  readonly bytes: number;
  readonly phases: CommitPhases;
  readonly attempts: number;
  readonly conflicts: number;
  readonly ranges: readonly ({ readonly partition: number } & CommittedStretch)[];
}

/** How often a commit was tried, and how often another writer was faster. */
export interface CommitTries {
  readonly attempts: number;
  readonly conflicts: number;
  /** How the latest attempt ended, and why it is not committed. */
  readonly outcome?: string | undefined;
  readonly reason?: string | undefined;
}

/** The entry of a commit. */
export function commitEntry(
  event: Extract<SinkEvent, { kind: "committed" }>,
  { attempts, conflicts }: CommitTries,
  atMs: number,
): CommitEntry {
  const { unit, stretches } = event;
  const ranges = [...stretches]
    .map(([partition, stretch]) => ({ partition, ...stretch }))
    .toSorted((a, b) => a.partition - b.partition);
  const files = unit?.files ?? [];
  return {
    atMs,
    snapshotId: event.snapshotId.toString(),
    plan: event.plan,
    rows: sum(ranges.map(({ rows }) => rows)),
    dead: sum(ranges.map(({ dead }) => dead)),
    files: files.length,
    bytes: sum(files.map(({ bytes }) => bytes)),
    phases: {
      decodeMs: unit?.decodeMs ?? 0,
      writeMs: unit?.writeMs ?? 0,
      sealMs: unit?.sealMs ?? 0,
      commitMs: event.commitMs,
    },
    attempts,
    conflicts,
    ranges,
  };
}

/** Of numbers. */
export function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
