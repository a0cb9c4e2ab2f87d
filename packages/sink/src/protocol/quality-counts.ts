import type { AttemptAdditions, TableMetadata } from "@salon/iceberg-writer";

/** How many records broke each quality rule, by the rule's name. */
export type QualityCounts = ReadonlyMap<string, number>;

/**
 * The summary key that says which rules the records of a unit broke. It is about one snapshot, as
 * `added-records` is, and other commits do not carry it on.
 */
function qualityKey(sourceId: string): string {
  return `salon.quality.${encodeURIComponent(sourceId)}`;
}

/** What a commit adds, with the counts of its unit; no entry where no rule was broken. */
export function withQuality<Additions extends Pick<AttemptAdditions, "summary">>(
  additions: Additions,
  sourceId: string,
  counts: QualityCounts = new Map(),
): Additions {
  if (counts.size === 0) return additions;
  const entries = [...counts].toSorted(([left], [right]) => (left < right ? -1 : 1));
  const quality = { [qualityKey(sourceId)]: JSON.stringify(Object.fromEntries(entries)) };
  return { ...additions, summary: { ...additions.summary, ...quality } };
}

/** The counts of a snapshot's unit as its summary has them; undefined where no rule was broken. */
export function qualityOf(
  { snapshots }: TableMetadata,
  sourceId: string,
  snapshotId: bigint,
): string | undefined {
  const snapshot = snapshots.find((candidate) => candidate.snapshotId === snapshotId);
  return snapshot?.summary[qualityKey(sourceId)];
}

/** Adds counts to those of a unit. */
export function addQualityCounts(counts: Map<string, number>, more: QualityCounts): void {
  for (const [rule, count] of more) counts.set(rule, (counts.get(rule) ?? 0) + count);
}
