import { commitEntry, sum } from "./commit-entry.ts";
import type { CommitEntry, CommitTries } from "./commit-entry.ts";
import { addStretch, committedBelow, latest } from "./read-stretches.ts";
import type { ReadStretch } from "./read-stretches.ts";
import type { RejectedRecord, SinkEvent, SinkStatus, SinkSubject } from "./sink-event.ts";

/** What only grows, since this process began. */
interface SinkTotals {
  /** By partition. */
  readonly recordsRead: readonly number[];
  readonly bytesRead: number;
  readonly rows: number;
  readonly gaps: number;
  readonly lost: number;
  /** Dead letters by cause. */
  readonly causes: ReadonlyMap<string, number>;
  /** Records that broke each quality rule. */
  readonly broken: ReadonlyMap<string, number>;
  /** Commits by what they carried. */
  readonly commits: ReadonlyMap<string, number>;
  /** Attempts, and looks for those of unknown outcome, by how they ended. */
  readonly tries: ReadonlyMap<string, number>;
  readonly files: number;
  readonly fileBytes: number;
  readonly generalPathRecords: number;
  readonly droppedUnits: number;
  readonly assignments: number;
}

/** Something that failed and was tried again. */
export interface Trouble {
  readonly code?: string | undefined;
  readonly message: string;
  readonly atMs: number;
}

/** What page, metrics and health are drawn from: all that was told of a sink, folded. */
export interface SinkView {
  readonly openedAtMs: number;
  /** Absent before tables and topic are there. */
  readonly subject?: SinkSubject | undefined;
  readonly status?: (() => SinkStatus) | undefined;
  readonly totals: SinkTotals;
  /** By partition, what was read and is not committed, ascending. */
  readonly reading: readonly (readonly ReadStretch[])[];
  /** Kafka's timestamp of the newest committed record. */
  readonly newestCommittedMs?: number | undefined;
  /** When something was last committed. */
  readonly committedAtMs?: number | undefined;
  /** The newest first. */
  readonly commits: readonly CommitEntry[];
  /** Of the commit that is under way. */
  readonly tries: CommitTries;
  /** The newest first, a few of each cause. */
  readonly samples: readonly RejectedRecord[];
  readonly trouble?: Trouble | undefined;
  readonly ended?: { readonly error?: string | undefined } | undefined;
}

const COMMITS_MAX = 50;
const SAMPLES_PER_CAUSE = 5;
const NO_TRIES: CommitTries = { attempts: 0, conflicts: 0 };

/** The view before anything was told. */
export function openView(nowMs: number): SinkView {
  return {
    openedAtMs: nowMs,
    totals: {
      recordsRead: [],
      bytesRead: 0,
      rows: 0,
      gaps: 0,
      lost: 0,
      causes: new Map(),
      broken: new Map(),
      commits: new Map(),
      tries: new Map(),
      files: 0,
      fileBytes: 0,
      generalPathRecords: 0,
      droppedUnits: 0,
      assignments: 0,
    },
    reading: [],
    commits: [],
    tries: NO_TRIES,
    samples: [],
  };
}

/** The view after an event, which came at `nowMs` of the time of day. */
export function applyEvent(view: SinkView, event: SinkEvent, nowMs: number): SinkView {
  const { totals } = view;
  switch (event.kind) {
    case "started": {
      const { kind: _, status, ...subject } = event;
      return { ...view, subject, status, ended: undefined, trouble: undefined };
    }
    case "assigned":
      return { ...view, totals: { ...totals, assignments: totals.assignments + 1 } };
    case "chunk-written":
      return applyChunk(view, event);
    case "commit-tried":
      return applyTry(view, event);
    case "committed":
      return applyCommit(view, event, nowMs);
    case "unit-dropped":
      return {
        ...view,
        tries: NO_TRIES,
        reading: [],
        totals: { ...totals, droppedUnits: totals.droppedUnits + 1 },
      };
    case "trouble":
      return { ...view, trouble: { code: event.code, message: event.message, atMs: nowMs } };
    case "ended":
      return { ...view, ended: { error: event.error?.message } };
    default:
      return event satisfies never;
  }
}

function applyChunk(
  view: SinkView,
  event: Extract<SinkEvent, { kind: "chunk-written" }>,
): SinkView {
  const { partition, start, end, records, bytes, oldestMs, newestMs } = event;
  const { totals, reading } = view;
  const read = { start, end, oldestMs, newestMs };
  return {
    ...view,
    totals: {
      ...totals,
      recordsRead: withAt(
        totals.recordsRead,
        partition,
        (totals.recordsRead[partition] ?? 0) + records,
        0,
      ),
      bytesRead: totals.bytesRead + bytes,
    },
    reading: withAt(reading, partition, addStretch(reading[partition] ?? [], read), []),
  };
}

function applyTry(view: SinkView, event: Extract<SinkEvent, { kind: "commit-tried" }>): SinkView {
  const { step, outcome, reason } = event;
  const { attempts, conflicts } = view.tries;
  return {
    ...view,
    totals: { ...view.totals, tries: withCount(view.totals.tries, outcome, 1) },
    tries: {
      attempts: attempts + (step === "attempt" ? 1 : 0),
      conflicts: conflicts + (outcome === "conflict" ? 1 : 0),
      outcome,
      reason,
    },
  };
}

function applyCommit(
  view: SinkView,
  event: Extract<SinkEvent, { kind: "committed" }>,
  nowMs: number,
): SinkView {
  const { totals, samples } = view;
  const entry = commitEntry(event, view.tries, nowMs);
  let { newestCommittedMs, reading } = view;
  for (const { partition, end } of entry.ranges) {
    const { left, newestMs } = committedBelow(reading[partition] ?? [], end);
    reading = withAt(reading, partition, left, []);
    newestCommittedMs = latest([newestCommittedMs, newestMs]);
  }
  const { unit } = event;
  return {
    ...view,
    reading,
    newestCommittedMs,
    committedAtMs: nowMs,
    commits: [entry, ...view.commits].slice(0, COMMITS_MAX),
    tries: NO_TRIES,
    samples: unit === undefined ? samples : keptSamples([...unit.samples.toReversed(), ...samples]),
    totals: {
      ...totals,
      rows: totals.rows + entry.rows,
      gaps: totals.gaps + sum(entry.ranges.map(({ gaps }) => gaps)),
      lost: totals.lost + sum(entry.ranges.map(({ lost }) => lost)),
      causes: withCounts(totals.causes, unit?.causes),
      broken: withCounts(totals.broken, unit?.broken),
      commits: withCount(totals.commits, event.plan, 1),
      files: totals.files + entry.files,
      fileBytes: totals.fileBytes + entry.bytes,
      generalPathRecords: totals.generalPathRecords + (unit?.generalPathRecords ?? 0),
    },
  };
}

function keptSamples(samples: readonly RejectedRecord[]): readonly RejectedRecord[] {
  const counts = new Map<string, number>();
  return samples.filter(({ cause }) => {
    const count = (counts.get(cause) ?? 0) + 1;
    counts.set(cause, count);
    return count <= SAMPLES_PER_CAUSE;
  });
}

/** Arrays are copied for every chunk, which maps of many partitions would be too slow for. */
function withAt<Value>(
  values: readonly Value[],
  index: number,
  value: Value,
  empty: Value,
): readonly Value[] {
  const next = values.slice();
  while (next.length < index) next.push(empty);
  next[index] = value;
  return next;
}

function withCount<Key>(
  counts: ReadonlyMap<Key, number>,
  key: Key,
  more: number,
): ReadonlyMap<Key, number> {
  return new Map(counts).set(key, (counts.get(key) ?? 0) + more);
}

function withCounts<Key>(
  counts: ReadonlyMap<Key, number>,
  more: ReadonlyMap<Key, number> = new Map(),
): ReadonlyMap<Key, number> {
  const next = new Map(counts);
  for (const [key, count] of more) next.set(key, (next.get(key) ?? 0) + count);
  return next;
}
