import { TestkitError } from "./testkit-error.ts";

/** A record as it stands in the topic. */
export interface LedgerRecord {
  readonly partition: number;
  readonly offset: number | bigint;
  /** Absent: a null value. */
  readonly value?: Uint8Array | undefined;
}

/** A row that claims to hold a record: a row of the table or of the dead letters. */
export type LedgerRow = Readonly<Record<string, unknown>>;

/** What is compared. */
export interface LedgerCheck {
  /** Every committed record of the topic. */
  readonly produced: Iterable<LedgerRecord>;
  /** Rows with `_kafka_partition` and `_kafka_offset`. */
  readonly tableRows: Iterable<LedgerRow>;
  /** Rows with the same two columns and `value`, as base64 or bytes. */
  readonly deadLetterRows?: Iterable<LedgerRow> | undefined;
  /**
   * The table columns that a record must give, or `"dead-letter"` where its place is there. Absent:
   * either place will do, and a record in the table must be a JSON object with the row's values.
   */
  readonly expected?: ((record: LedgerRecord) => LedgerRow | "dead-letter") | undefined;
}

/** A record or row that breaks the ledger. */
export interface LedgerFault {
  readonly kind:
    | "missing"
    /** More than one row, in whichever places. */
    | "twice"
    /** A row of no produced record. */
    | "unexpected"
    /** In the table and not in the dead letters, or the reverse. */
    | "misplaced"
    /** The row holds something else than the record. */
    | "different";
  readonly partition: number;
  readonly offset: bigint;
  readonly detail: string;
}

/** What was found. */
export interface LedgerReport {
  readonly recordCount: number;
  readonly tableRowCount: number;
  readonly deadLetterCount: number;
  readonly faults: readonly LedgerFault[];
}

interface Place {
  readonly where: "table" | "dead-letter";
  readonly row: LedgerRow;
}

const SAMPLES_MAX = 5;

/** Compares what was produced with what was stored, by value, in either order. */
export function checkLedger(check: LedgerCheck): LedgerReport {
  const places = new Map<string, Place[]>();
  const counts = {
    table: collect(places, "table", check.tableRows),
    deadLetters: collect(places, "dead-letter", check.deadLetterRows ?? []),
  };
  const faults: LedgerFault[] = [];
  let recordCount = 0;
  for (const record of check.produced) {
    recordCount++;
    const key = keyOf(record.partition, record.offset);
    const found = places.get(key) ?? [];
    places.delete(key);
    const fault = faultOf(record, found, check.expected);
    if (fault !== undefined) {
      faults.push({ ...fault, partition: record.partition, offset: BigInt(record.offset) });
    }
  }
  for (const [key, rest] of places) {
    const [partition = "", offset = ""] = key.split(":");
    const detail = `in the ${rest.map(({ where }) => where).join(", ")}`;
    const place = { partition: Number(partition), offset: BigInt(offset) };
    faults.push({ kind: "unexpected", ...place, detail });
  }
  return {
    recordCount,
    tableRowCount: counts.table,
    deadLetterCount: counts.deadLetters,
    faults,
  };
}

/**
 * The same, for tests.
 *
 * Errors: `LEDGER_BROKEN`, whose message counts the faults of each kind and shows some.
 */
export function expectExactlyOnce(check: LedgerCheck): LedgerReport {
  const report = checkLedger(check);
  if (report.faults.length === 0) return report;
  const lines = Object.entries(Object.groupBy(report.faults, ({ kind }) => kind)).map(
    ([kind, faults]) => {
      const samples = faults
        .slice(0, SAMPLES_MAX)
        .map(({ partition, offset, detail }) => `  ${partition}:${offset} ${detail}`);
      return [`${kind}: ${faults.length}`, ...samples].join("\n");
    },
  );
  const { recordCount, tableRowCount, deadLetterCount } = report;
  throw new TestkitError(
    "LEDGER_BROKEN",
    `${recordCount} records, ${tableRowCount} rows, ${deadLetterCount} dead letters\n` +
      lines.join("\n"),
    { context: { faults: report.faults } },
  );
}

function collect(
  places: Map<string, Place[]>,
  where: Place["where"],
  rows: Iterable<LedgerRow>,
): number {
  let count = 0;
  for (const row of rows) {
    count++;
    const key = keyOf(row["_kafka_partition"], row["_kafka_offset"]);
    const others = places.get(key);
    if (others === undefined) places.set(key, [{ where, row }]);
    else others.push({ where, row });
  }
  return count;
}

function keyOf(partition: unknown, offset: unknown): string {
  return `${String(partition)}:${String(offset)}`;
}

function faultOf(
  record: LedgerRecord,
  found: readonly Place[],
  expected: LedgerCheck["expected"],
): Pick<LedgerFault, "kind" | "detail"> | undefined {
  const [place] = found;
  if (place === undefined) return { kind: "missing", detail: textOf(record.value) };
  if (found.length > 1) {
    return { kind: "twice", detail: found.map(({ where }) => where).join(", ") };
  }
  const wanted = expected?.(record);
  if (wanted !== undefined && (wanted === "dead-letter") !== (place.where === "dead-letter")) {
    return { kind: "misplaced", detail: `in the ${place.where}: ${textOf(record.value)}` };
  }
  const difference =
    place.where === "dead-letter"
      ? differenceOfBytes(record.value, place.row["value"])
      : differenceOfColumns(columnsOf(record, wanted), place.row);
  return difference === undefined ? undefined : { kind: "different", detail: difference };
}

function columnsOf(record: LedgerRecord, wanted: LedgerRow | "dead-letter" | undefined): LedgerRow {
  if (wanted !== undefined && wanted !== "dead-letter") return wanted;
  try {
    return JSON.parse(textOf(record.value)) as LedgerRow;
  } catch {
    return { value: `no JSON: ${textOf(record.value)}` };
  }
}

function differenceOfBytes(value: Uint8Array | undefined, stored: unknown): string | undefined {
  const wanted = value === undefined ? null : Buffer.from(value).toString("base64");
  const given = stored instanceof Uint8Array ? Buffer.from(stored).toString("base64") : stored;
  return (given ?? null) === wanted ? undefined : `value ${String(given)} is not ${String(wanted)}`;
}

function differenceOfColumns(wanted: LedgerRow, row: LedgerRow): string | undefined {
  for (const [name, value] of Object.entries(wanted)) {
    if (!isSame(value, row[name])) {
      return `${name} is ${String(row[name])}, not ${String(value)}`;
    }
  }
  return undefined;
}

/** A 32-bit float column holds the nearest float of a number; integers come as number or bigint. */
function isSame(wanted: unknown, stored: unknown): boolean {
  if (wanted === null || wanted === undefined) return stored === null || stored === undefined;
  if (typeof wanted === "number" || typeof wanted === "bigint") {
    if (typeof stored !== "number" && typeof stored !== "bigint") return false;
    const number = Number(wanted);
    return Number(stored) === number || Number(stored) === Math.fround(number);
  }
  return wanted === stored;
}

function textOf(value: Uint8Array | undefined): string {
  return value === undefined ? "null" : Buffer.from(value).toString("utf8");
}
