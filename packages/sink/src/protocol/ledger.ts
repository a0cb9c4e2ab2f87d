import { SinkError } from "../sink-error.ts";

/**
 * The account of one partition, from its first offset to the next one to read. Every offset of
 * `[first, next)` is counted once: `rows + dead + gaps + lost + unproved = next - first`, always.
 */
export interface PartitionLedger {
  readonly first: number;
  readonly next: number;
  /** Records decided valid. */
  readonly rows: number;
  /** Records decided dead. */
  readonly dead: number;
  /** Offsets without a record: control records, aborted or compacted ones. */
  readonly gaps: number;
  /** Offsets deleted by retention before they were read, accepted by flag. */
  readonly lost: number;
  /** Holes that a recovery accepted by flag. */
  readonly unproved: number;
}

/** A ledger per partition. */
export type Ledger = ReadonlyMap<number, PartitionLedger>;

/** What a stretch of offsets adds to a ledger; the counts sum up to its length. */
export interface LedgerStretch {
  readonly start: number;
  readonly end: number;
  readonly rows: number;
  readonly dead: number;
  readonly gaps: number;
  readonly lost: number;
}

/** A partition of which nothing was read. */
export function openLedger(first: number): PartitionLedger {
  return { first, next: first, rows: 0, dead: 0, gaps: 0, lost: 0, unproved: 0 };
}

/**
 * Adds the stretch that follows; throws a RangeError where it does not follow or does not add up.
 */
export function extendLedger(ledger: PartitionLedger, stretch: LedgerStretch): PartitionLedger {
  if (stretch.start !== ledger.next) {
    throw new RangeError(`stretch starts at ${stretch.start}, ledger is at ${ledger.next}`);
  }
  const extended: PartitionLedger = {
    first: ledger.first,
    next: stretch.end,
    rows: ledger.rows + stretch.rows,
    dead: ledger.dead + stretch.dead,
    gaps: ledger.gaps + stretch.gaps,
    lost: ledger.lost + stretch.lost,
    unproved: ledger.unproved,
  };
  if (!isBalanced(extended))
    throw new RangeError(`stretch ${JSON.stringify(stretch)} adds up wrong`);
  return extended;
}

/** Whether the counts sum up to the offsets that the ledger covers. */
function isBalanced(ledger: PartitionLedger): boolean {
  const { first, next, rows, dead, gaps, lost, unproved } = ledger;
  return rows + dead + gaps + lost + unproved === next - first;
}

/** `{"0":[first,next,rows,dead,gaps,lost,unproved], …}` */
export function ledgerToJson(ledger: Ledger): Record<string, number[]> {
  const json: Record<string, number[]> = {};
  for (const [partition, entry] of [...ledger].sort(([a], [b]) => a - b)) {
    const { first, next, rows, dead, gaps, lost, unproved } = entry;
    json[partition] = [first, next, rows, dead, gaps, lost, unproved];
  }
  return json;
}

/**
 * Reads {@link ledgerToJson}; throws `POSITION_INVALID` for anything else or a ledger out of
 * balance.
 */
export function ledgerFromJson(json: unknown): Ledger {
  if (typeof json !== "object" || json === null) throw invalid("ledger is no object", json);
  const ledger = new Map<number, PartitionLedger>();
  for (const [key, counts] of Object.entries(json)) {
    const partition = Number(key);
    if (!isOffset(partition) || !Array.isArray(counts) || counts.length !== 7) {
      throw invalid(`ledger of partition ${key} is malformed`, counts);
    }
    if (!counts.every(isOffset)) throw invalid(`ledger of partition ${key} is malformed`, counts);
    const [first = 0, next = 0, rows = 0, dead = 0, gaps = 0, lost = 0, unproved = 0] = counts;
    const entry = { first, next, rows, dead, gaps, lost, unproved };
    if (!isBalanced(entry)) throw invalid(`ledger of partition ${key} does not add up`, counts);
    ledger.set(partition, entry);
  }
  return ledger;
}

/** A non-negative safe integer. */
export function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function invalid(message: string, value: unknown): SinkError {
  return new SinkError("POSITION_INVALID", `${message}: ${JSON.stringify(value)}`);
}
