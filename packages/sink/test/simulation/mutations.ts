import type { Mutation } from "./mutation.ts";

const OWN_COMMIT = "sink/src/protocol/own-commit.ts";
const COMMITTING = "sink/src/engine/committing.ts";
const READING = "sink/src/engine/reading.ts";
const TARGET = "sink/src/shell/commit-target.ts";
const STAGED = "iceberg-writer/src/transaction/stage-append.ts";
const LETTERS = "sink/src/shell/dead-letter-table.ts";

/** What the simulator has to notice, each within some seeds. */
export const MUTATIONS: readonly Mutation[] = [
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
    name: "fence not repeated on retry",
    edits: [
      {
        file: TARGET,
        find: "const planned = planOwnCommit(base, attempt.plan, attempt.context);",
        replace: `const plans = (globalThis.salonPlans ??= new Map());
          const planned = plans.get(snapshotId) ?? planOwnCommit(base, attempt.plan, attempt.context);
          plans.set(snapshotId, planned);`,
      },
    ],
  },
  {
    name: "files deleted after unknown",
    edits: [
      {
        file: COMMITTING,
        find: `return dropped(state, commit, result, true);
    default:
      return result satisfies never;
  }
}

function attempt(`,
        replace: `return dropped(state, commit, result, false);
    default:
      return result satisfies never;
  }
}

function attempt(`,
      },
      {
        file: STAGED,
        find: 'if (outcome.kind === "unknown") this.#mayBeApplied = true;',
        replace: "",
      },
    ],
  },
  {
    name: "a rejection taken as leave to delete",
    edits: [
      {
        file: COMMITTING,
        find: "return dropped(state, commit, result, commit.wasUnknown || result.mayBeApplied);",
        replace: "return dropped(state, commit, result, commit.wasUnknown);",
      },
    ],
  },
  {
    name: "absent at read-back taken for failed",
    edits: [
      {
        file: COMMITTING,
        find: `case "absent":
      return attempt(state, commit, 0);`,
        replace: `case "absent": {
          const unitId = commit.unitId;
          if (unitId === undefined) return attempt(state, commit, 0);
          const over = step(state, { commit: undefined }, [
            { kind: "drop-unit", unitId, keepFiles: false },
          ]);
          return andThen(over, (next) => rewind(next, 0));
        }`,
      },
      {
        file: STAGED,
        find: 'if (outcome.kind === "unknown") this.#mayBeApplied = true;',
        replace: "",
      },
    ],
  },
  {
    name: "a burnt id sent again",
    edits: [
      {
        file: TARGET,
        find: `case "elsewhere":
        return { kind: "burnt", view: await this.#viewOf(base) };`,
        replace: `case "elsewhere":
        break;`,
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
    name: "first position for own partitions only",
    edits: [
      {
        file: "sink/src/engine/establishing.ts",
        find: "const partitions = Array.from({ length: state.identity.partitions }, (_, index) => index);",
        replace: "const partitions = state.awaiting ?? [state.identity.partitions - 1];",
      },
    ],
  },
  {
    name: "chunk accepted whatever its requested offset",
    edits: [
      {
        file: READING,
        find: "if (requestedOffset !== own.next) {",
        replace: "if (requestedOffset < 0) {",
      },
    ],
  },
  {
    name: "loss booked as gaps",
    edits: [
      {
        file: READING,
        find: `    gaps: 0,
    lost,
  });
  return step(`,
        replace: `    gaps: lost,
    lost: 0,
  });
  return step(`,
      },
    ],
  },
  {
    name: "out of range taken for a jump",
    edits: [
      {
        file: READING,
        find: "if (offset < range.startOffset) return recordsLost(state, partition, offset, range.startOffset);",
        replace: `if (offset < range.startOffset) {
          const moved = { next: range.startOffset };
          return step(state, { partitions: withPartition(state, partition, moved) }, [
            { kind: "seek", partition, offset: range.startOffset, afterMs: 0 },
          ]);
        }`,
      },
    ],
  },
  {
    name: "outbox applied twice",
    edits: [
      {
        file: LETTERS,
        find: "const waiting = pending.filter(({ sequence }) => sequence > watermark);",
        replace: "const waiting = pending;",
      },
    ],
  },
  {
    name: "outbox applied beside another member",
    edits: [
      {
        file: LETTERS,
        find: "if (this.#watermarkOf(base) !== watermark) throw new AppliedByOther();",
        replace: "",
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
    name: "progress reported with the engine's own next",
    edits: [
      {
        file: COMMITTING,
        find: "const offsets = new Map([...plan.stretches].map(([partition, { end }]) => [partition, end]));",
        replace:
          "const offsets = new Map([...state.partitions].map(([partition, { next }]) => [partition, next]));",
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
        find: "if (isUndone) return",
        replace: "if (isUndone && record === undefined) return",
      },
    ],
  },
  {
    name: "undone dead letters left in their table",
    edits: [
      {
        file: "sink/src/shell/remove-undone.ts",
        find: "return writePositionDeletes(table, deleted);",
        replace: "return writePositionDeletes(table, deleted.slice(1));",
      },
    ],
  },
  {
    name: "units committed before a rollback is done with",
    edits: [
      {
        file: "sink/src/engine/engine-state.ts",
        find: 'return commit?.plan.kind === "restore" || (record?.undone?.through ?? 0) > appliedThrough;',
        replace: 'return commit?.plan.kind === "restore";',
      },
      {
        file: OWN_COMMIT,
        find: 'if (isUndone(record, context)) return { kind: "fenced", reading };',
        replace: "",
      },
    ],
  },
  {
    name: "an accepted rollback whose sequence others can reach",
    edits: [
      {
        file: OWN_COMMIT,
        find: "const through = Number(base.lastSequenceNumber) + 1;",
        replace: "const through = Number(base.lastSequenceNumber) - 1;",
      },
    ],
  },
  {
    name: "a position written without moving main",
    edits: [
      {
        file: STAGED,
        find: "const commit = appendCommit(metadata, snapshot, additions);",
        replace: `const whole = appendCommit(metadata, snapshot, additions);
          const isEmpty = this.#parts.manifests.length === 0;
          const updates = whole.updates.filter(({ action }) => action === "set-properties");
          const commit = isEmpty ? { ...whole, updates } : whole;`,
      },
    ],
  },
  {
    name: "a new snapshot id for each attempt",
    edits: [
      {
        file: STAGED,
        find: "const ids = { snapshotId: this.snapshotId, ...parentId, sequenceNumber };",
        replace: `const snapshotId = this.snapshotId + BigInt(number - 1);
          const ids = { snapshotId, ...parentId, sequenceNumber };`,
      },
    ],
  },
  {
    name: "a version file deleted and created anew",
    edits: [
      {
        file: "iceberg-writer/src/catalog/hadoop-version.ts",
        find: "const answer = await fileIo.createExclusive(location, bytes, options);",
        replace: `await fileIo.delete(location, options);
          const answer = await fileIo.createExclusive(location, bytes, options);`,
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
    name: "the next unit sent while one is unsettled",
    edits: [
      {
        file: COMMITTING,
        find: `      const next = settle(state, { ...commit, failures, wasUnknown: true }, backoffMs(failures));
      return withReport(next, result.kind, result.reason);`,
        replace: `      return step(state, { commit: undefined, isCommitDue: failures > 0 });`,
      },
    ],
  },
  {
    name: "a recovered position applied again after a conflict",
    among: 18,
    edits: [
      {
        file: "sink/src/proof/commit-position.ts",
        find: 'if (outcome.kind === "conflict") throw inUse(name, outcome.reason);',
        replace: `if (outcome.kind === "conflict") {
          const newest = await catalog.loadTable(table.identifier, operation);
          await append.attempt(newest, operation);
          return;
        }`,
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
        find: "const record = isProved ? reading.copy.record : settledRecord(reading);",
        replace: `let record = isProved ? reading.copy.record : settledRecord(reading);
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
];
