import type { PartitionLedger } from "../protocol/ledger.ts";
import type { OffsetRange } from "../protocol/source-record.ts";
import { openLedger } from "../protocol/ledger.ts";
import type { OffsetAccount } from "./offset-account.ts";
import { OffsetSampler } from "./offset-sample.ts";
import type { OffsetSample } from "./offset-sample.ts";

/** Offsets that were not found, by whether the log still covers them. */
export interface Holes {
  /** The log begins above them: nobody can tell what they were. */
  readonly unproved: OffsetSample;
  /** The topic can be asked. */
  readonly retained: OffsetSample;
  /** From the first retained hole to behind the last; undefined for none. */
  readonly asked: { readonly start: number; readonly end: number } | undefined;
}

/** The holes in a range of what was found, seen from where the log begins. */
export function findHoles(
  { found }: OffsetAccount,
  logStart: number,
  searched: OffsetRange = found.span ?? { start: 0, end: 0 },
): Holes {
  const unproved = new OffsetSampler();
  const retained = new OffsetSampler();
  let asked: Holes["asked"];
  for (const { start, end } of found.absentIn(searched)) {
    if (start < logStart) unproved.addRange({ start, end: Math.min(end, logStart) });
    if (end <= logStart) continue;
    const range = { start: Math.max(start, logStart), end };
    retained.addRange(range);
    asked = { start: asked?.start ?? range.start, end };
  }
  return { unproved: unproved.sample(), retained: retained.sample(), asked };
}

/**
 * The ledger of what was found: `first` is where it was searched from, the lowest offset unless
 * something is known, and `next` follows the highest. Holes that the topic has no record for are
 * gaps, the others `lost`. Where nothing was found it opens at `start`.
 */
export function recoveredLedger(
  { found, counts }: OffsetAccount,
  { unproved, retained, lost }: Pick<Holes, "unproved" | "retained"> & { readonly lost: number },
  { start, first }: { readonly start: number; readonly first?: number | undefined },
): PartitionLedger {
  const { span } = found;
  if (span === undefined) return openLedger(start);
  return {
    first: first ?? span.start,
    next: span.end,
    rows: counts.row,
    dead: counts.dead,
    gaps: retained.count - lost,
    lost,
    unproved: unproved.count,
  };
}
