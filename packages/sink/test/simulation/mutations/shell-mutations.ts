import type { Mutation } from "./mutation.ts";

const TARGET = "sink/src/shell/commit-target.ts";
const LETTERS = "sink/src/shell/dead-letter-table.ts";

/** Defects of what carries out the effects, and of tools beside the sink. */
export const SHELL_MUTATIONS: readonly Mutation[] = [
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
    name: "a burnt id sent again",
    among: 12,
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
    // Alone it does no harm: undone letters are looked for in the table when all that waits is in
    // it.
    name: "pending taken from an undone property, and undone letters looked for too early",
    edits: [
      {
        file: "sink/src/protocol/rollback.ts",
        find: "return { left: reading.record, undoneSnapshotId",
        replace: `const { pending } = reading.copy.record;
          return { left: { ...reading.record, pending }, undoneSnapshotId`,
      },
      {
        file: LETTERS,
        find: "    await this.apply(left, record.applied);",
        replace: `    await this.watermark();
          const deleted = await deleteUndone(this.#table, undone);
          await this.apply(left, record.applied);`,
      },
      {
        file: LETTERS,
        find: "const deleteFiles = await deleteUndone(this.#table, undone);",
        replace: "const deleteFiles = deleted;",
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
];
