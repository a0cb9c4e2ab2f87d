import type { Mutation } from "./mutation.ts";

const STAGED = "iceberg-writer/src/transaction/snapshot-producer.ts";
const REPLACED = "iceberg-writer/src/transaction/replaced-files.ts";

/** Defects of the table writer and its catalogs. */
export const TABLE_MUTATIONS: readonly Mutation[] = [
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
    name: "expiry without asserting refs",
    among: 8,
    edits: [
      {
        file: "iceberg-writer/src/transaction/expire-snapshots.ts",
        find: "const refs = Object.entries(base.refs);",
        replace: "const refs = [];",
      },
    ],
  },
  {
    name: "main null not asserted",
    edits: [
      {
        file: "iceberg-writer/src/transaction/append-commit.ts",
        find: `      {
        type: "assert-ref-snapshot-id",
        ref: MAIN_BRANCH,
        ...(main === undefined ? {} : { snapshotId: main.snapshotId }),
      },`,
        replace: `      ...(main === undefined
        ? []
        : [{ type: "assert-ref-snapshot-id", ref: MAIN_BRANCH, snapshotId: main.snapshotId }]),`,
      },
    ],
  },
  {
    name: "a swap in a database that compares nothing",
    edits: [
      {
        file: "iceberg-writer/src/catalog/sql/sql-tables.ts",
        find: "AND metadata_location = ? ${this.#onlyTables}",
        replace: "AND ? IS NOT NULL ${this.#onlyTables}",
      },
    ],
  },
  {
    name: "a kept table given although it was modified",
    edits: [
      {
        file: "iceberg-writer/src/catalog/rest/rest-catalog.ts",
        find: "if (kept !== undefined && isNotModified(reply, kept.etag)) {",
        replace: "if (kept !== undefined) {",
      },
    ],
  },
  {
    name: "the tag of a commit kept with the table from before it",
    edits: [
      {
        file: "iceberg-writer/src/catalog/rest/kept-tables.ts",
        find: "this.keep({ ...before, table, etag });",
        replace: "this.keep({ ...before, etag });",
      },
    ],
  },
  {
    name: "a rewrite that passes over what was deleted since it was planned",
    edits: [
      {
        file: REPLACED,
        find: "if (positions.size === 0) return;",
        replace: "if (positions.size >= 0) return;",
      },
    ],
  },
  {
    name: "files replaced that others have replaced",
    edits: [
      {
        file: REPLACED,
        find: 'if (!found.has(filePath)) throw changed(filePath, "is not live any more");',
        replace: "",
      },
    ],
  },
];
