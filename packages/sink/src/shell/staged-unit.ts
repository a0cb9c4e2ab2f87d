import type { Schema, StagedAppend } from "@salon/iceberg-writer";
import type { QualityCounts } from "../protocol/quality-counts.ts";

/** The commit of a sealed unit, the schema that its files were written with, and broken rules. */
export interface StagedUnit {
  readonly append: StagedAppend;
  readonly schema: Schema;
  readonly quality: QualityCounts;
}
