import type { Schema } from "@salon/iceberg-writer";

/**
 * Whether files that were written with one schema of a table are whole under a later one: every
 * column that they have is still there, under its id, and every required column is one that they
 * have without nulls. Otherwise what the files hold would be out of sight, or unreadable.
 */
export function isWholeUnder(written: Schema, current: Schema): boolean {
  const kept = new Set(current.fields.map(({ id }) => id));
  const filled = new Set(written.fields.filter(({ required }) => required).map(({ id }) => id));
  return (
    written.fields.every(({ id }) => kept.has(id)) &&
    current.fields.every(({ id, required }) => !required || filled.has(id))
  );
}
