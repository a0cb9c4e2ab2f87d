import type { Schema, StagedAppend } from "@salon/iceberg-writer";

/** The commit of a sealed unit, and the schema that its files were written with. */
export interface StagedUnit {
  readonly append: StagedAppend;
  readonly schema: Schema;
}
