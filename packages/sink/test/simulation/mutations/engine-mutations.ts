import type { Mutation } from "./mutation.ts";

const OWN_COMMIT = "sink/src/protocol/own-commit.ts";
const COMMITTING = "sink/src/engine/committing.ts";
const READING = "sink/src/engine/reading.ts";
const STAGED = "iceberg-writer/src/transaction/snapshot-producer.ts";

/** Defects of the state machine. */
export const ENGINE_MUTATIONS: readonly Mutation[] = [
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
        find: 'if (outcome.kind !== "conflict") this.#mayBeApplied = true;',
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
      {
        file: COMMITTING,
        find: `return dropped(state, commit, result, true);
    default:
      return result satisfies never;
  }
}

/** An unknown outcome`,
        replace: `return dropped(state, commit, result, commit.wasUnknown);
    default:
      return result satisfies never;
  }
}

/** An unknown outcome`,
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
        find: 'if (outcome.kind !== "conflict") this.#mayBeApplied = true;',
        replace: "",
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
    name: "a unit sealed while chunks of it are written",
    among: 3,
    edits: [
      {
        file: "sink/src/engine/advance.ts",
        find: "state.commit !== undefined || filling.writing > 0) return false;",
        replace: "state.commit !== undefined) return false;",
      },
    ],
  },
  {
    name: "the end of a stretch taken from the chunk that was written last",
    among: 3,
    edits: [
      {
        file: READING,
        find: "end: Math.max(before?.end ?? added.end, added.end),",
        replace: "end: added.end,",
      },
    ],
  },
];
