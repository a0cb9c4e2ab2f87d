import type { Mutation } from "./mutation.ts";

const OWN_COMMIT = "sink/src/protocol/own-commit.ts";

/** Defects of what is read from snapshots and written to them. */
export const PROTOCOL_MUTATIONS: readonly Mutation[] = [
  {
    name: "fence removed",
    edits: [
      {
        file: OWN_COMMIT,
        find: 'if (entry?.next !== stretch.start) return { kind: "fenced", reading };',
        replace: `if (entry === undefined) return { kind: "fenced", reading };
          const moved = stretch.start - entry.next;
          Object.assign(entry, { first: entry.first + moved, next: stretch.start });`,
      },
    ],
  },
  {
    name: "property believed over the ancestry",
    edits: [
      {
        file: "sink/src/protocol/position.ts",
        find: 'const record = parseSourceRecord(own.summary[key] ?? "");',
        replace:
          'const record = ownCopy(metadata, key)?.record ?? parseSourceRecord(own.summary[key] ?? "");',
      },
    ],
  },
  {
    name: "a missing parent taken for expiry",
    edits: [
      {
        file: "sink/src/protocol/position.ts",
        find: "return line.missingParentId === copy.snapshotId",
        replace: "return line.missingParentId !== 0n",
      },
    ],
  },
  {
    name: "first position written over that of a faster member",
    edits: [
      {
        file: OWN_COMMIT,
        find: 'if (record !== undefined && offsets[0]?.[0] !== known) return { kind: "superfluous", record };',
        replace: "if (offsets[0]?.[0] !== known) record = undefined;",
      },
    ],
  },
  {
    name: "outbox dropped before applied",
    edits: [
      {
        file: OWN_COMMIT,
        find: "const kept = record.pending.filter((entry) => entry.sequence > context.appliedThrough);",
        replace: "const kept = [];",
      },
    ],
  },
  {
    name: "a topic created anew taken for the old one",
    among: 20,
    edits: [
      {
        file: "sink/src/protocol/source-identity.ts",
        find: "if (isOtherTopic(record, now.topicId)) return topicRecreated(record, now.topicId);",
        replace: "",
      },
    ],
  },
  {
    name: "a rollback not noticed",
    edits: [
      {
        file: "sink/src/protocol/position.ts",
        find: "if (isUndone) {",
        replace: "if (isUndone && record === undefined) {",
      },
    ],
  },
  {
    name: "an accepted rollback whose sequence others can reach",
    edits: [
      {
        file: OWN_COMMIT,
        find: "return { snapshotId, through: Number(base.lastSequenceNumber) + 1 };",
        replace: "return { snapshotId, through: Number(base.lastSequenceNumber) - 1 };",
      },
    ],
  },
  {
    name: "one watermark shared by two sources",
    among: 15,
    edits: [
      {
        file: "sink/src/protocol/dead-letter-watermark.ts",
        find: "return `${WATERMARK_KEY_PREFIX}${mainTableUuid}.${encodeURIComponent(sourceId)}`;",
        replace: "return `${WATERMARK_KEY_PREFIX}${mainTableUuid}.all`;",
      },
    ],
  },
  {
    name: "the first position not durable",
    edits: [
      {
        file: OWN_COMMIT,
        find: `  return {
    kind: "write",
    record: {
      cluster`,
        replace: `  return {
    kind: record === undefined ? "superfluous" : "write",
    record: {
      cluster`,
      },
      {
        file: OWN_COMMIT,
        find: "const record = settledRecord(reading);",
        replace: `let record = settledRecord(reading);
          if (plan.kind === "unit") record ??= {
            ...context.identity, ledger: new Map(), unit: new Map(), pending: [], applied: 0,
          };`,
      },
      {
        file: OWN_COMMIT,
        find: "const entry = ledger.get(partition);",
        replace: "const entry = ledger.get(partition) ?? openLedger(stretch.start);",
      },
    ],
  },
  {
    name: "a rollback hidden by a commit of another source",
    among: 15,
    edits: [
      {
        file: "sink/src/protocol/position.ts",
        find: 'if (reading.kind === "rolled-back") return undefined;',
        replace: "",
      },
    ],
  },
  {
    name: "the proof of one copy taken for another",
    among: 12,
    edits: [
      {
        file: OWN_COMMIT,
        find: "return proved.copySnapshotId === copy?.snapshotId;",
        replace: "return true;",
      },
    ],
  },
  {
    name: "main back at what was undone believed",
    among: 12,
    edits: [
      {
        file: "sink/src/protocol/position.ts",
        find: "return isRevived(metadata, key, own)",
        replace: "return false",
      },
    ],
  },
  {
    name: "a first position on rows that nobody looked for",
    among: 3,
    edits: [
      {
        file: OWN_COMMIT,
        find: "if (!isProvedOf(base, context, undefined)) return false;",
        replace: "",
      },
    ],
  },
  {
    name: "dead letters of a lost position let in late",
    among: 13,
    edits: [
      {
        file: OWN_COMMIT,
        find: "const undone = record === undefined && !isUntouched ? shutOut(base) : record?.undone;",
        replace: "const undone = record?.undone;",
      },
    ],
  },
  {
    name: "what was undone above cut history proved by its rows",
    among: 12,
    edits: [
      {
        file: "sink/src/shell/position-evidence.ts",
        find: "if (isUndoneCopy(table.metadata, reading.copy)) return false;",
        replace: "",
      },
    ],
  },
];
