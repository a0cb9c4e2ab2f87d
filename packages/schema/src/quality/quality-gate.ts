import { gatherBatch, isFlatColumn, valueAt } from "@salon/columns";
import type { ColumnBatch, FlatColumn } from "@salon/columns";
import type { DecodedRecords, RejectedRecord } from "../decoder.ts";
import type { EventSchema } from "../event-schema.ts";
import { createTimeZone } from "../time-zone.ts";
import { createColumnCheck } from "./column-check.ts";
import type { ColumnCheck } from "./column-check.ts";
import { defineQualityRules } from "./define-quality-rules.ts";
import { describeCheck } from "./describe-check.ts";
import type { QualityRule } from "./quality-rule.ts";

/** Records that were held to rules. */
export interface CheckedRecords {
  /** Rows that break a `reject` rule are among the rejected, with code `RULE_BROKEN`. */
  readonly decoded: DecodedRecords;
  /** How many rows broke a rule, by the names of those that any broke. */
  readonly broken: ReadonlyMap<string, number>;
}

/** Holds decoded records to rules. */
export interface QualityGate {
  /** `timestampsMs` has the Kafka timestamp of each record by its index, -1 for none. */
  check(decoded: DecodedRecords, timestampsMs: Float64Array): CheckedRecords;
}

/** What a gate is made of. */
export interface QualityGateOptions {
  readonly schema: EventSchema;
  readonly rules: readonly QualityRule[];
  /** IANA zone that local date-times are in where they are compared with instants. */
  readonly timeZone: string;
}

interface CompiledRule {
  readonly rule: QualityRule;
  /** Index of the field's column. */
  readonly column: number;
  readonly check: ColumnCheck;
}

/**
 * Compiles rules to checks of columns; only columns that have rules are looked at. A row that
 * breaks several rules counts for each, and the first `reject` rule in their order is its cause.
 * Throws RULES_INVALID, and TIME_ZONE_UNKNOWN for an unknown zone.
 */
export function createQualityGate({ schema, rules, timeZone }: QualityGateOptions): QualityGate {
  const zone = createTimeZone(timeZone);
  const compiled = defineQualityRules(schema, rules).map((rule): CompiledRule => {
    const column = schema.fields.findIndex(({ name }) => name === rule.field);
    return { rule, column, check: createColumnCheck(rule.check, schema.fields[column]!, zone) };
  });
  return {
    check(decoded, timestampsMs) {
      const { batch } = decoded;
      const broken = new Map<string, number>();
      if (compiled.length === 0 || batch.rowCount === 0) return { decoded, broken };
      const rowTimestampsMs = timestampsOfRows(decoded, timestampsMs);
      const causes = new Int16Array(batch.rowCount).fill(-1);
      let hasCauses = false;
      for (const [index, { rule, column, check }] of compiled.entries()) {
        const flags = new Uint8Array(batch.rowCount);
        const count = check(flatColumn(batch, column), flags, rowTimestampsMs);
        if (count === 0) continue;
        broken.set(rule.name, count);
        if (rule.severity === "warn") continue;
        hasCauses = true;
        for (let row = 0; row < flags.length; row++) {
          if (flags[row] === 1 && causes[row] === -1) causes[row] = index;
        }
      }
      return { decoded: hasCauses ? rejectRows(decoded, causes, compiled) : decoded, broken };
    },
  };
}

/** Moves the rows that have a cause to the rejected records, which stay in order. */
function rejectRows(
  { batch, recordIndexes, rejected, generalPathCount }: DecodedRecords,
  causes: Int16Array,
  rules: readonly CompiledRule[],
): DecodedRecords {
  const kept: number[] = [];
  const all: RejectedRecord[] = [...rejected];
  for (let row = 0; row < batch.rowCount; row++) {
    const cause = rules[causes[row]!];
    if (cause === undefined) {
      kept.push(row);
      continue;
    }
    const { rule, column } = cause;
    all.push({
      index: recordIndexes?.[row] ?? row,
      code: "RULE_BROKEN",
      rule: rule.name,
      field: rule.field,
      message: describeCheck(rule.check, valueAt(flatColumn(batch, column), row)),
    });
  }
  const rows = Int32Array.from(kept);
  return {
    batch: gatherBatch(batch, rows),
    recordIndexes: rows.map((row) => recordIndexes?.[row] ?? row),
    rejected: all.toSorted((left, right) => left.index - right.index),
    generalPathCount,
  };
}

function timestampsOfRows(
  { batch, recordIndexes }: DecodedRecords,
  timestampsMs: Float64Array,
): Float64Array {
  if (recordIndexes === undefined) return timestampsMs;
  return Float64Array.from(
    { length: batch.rowCount },
    (_, row) => timestampsMs[recordIndexes[row]!]!,
  );
}

function flatColumn(batch: ColumnBatch, index: number): FlatColumn {
  const column = batch.columns[index]!;
  if (!isFlatColumn(column)) throw new TypeError(`${batch.names[index]} has parts`);
  return column;
}
