import type { Stage } from "./stage.ts";

/** A snapshot of a table, as its catalog tells of it. */
export interface TableSnapshot {
  readonly atMs: number;
  readonly totalRecords: number;
  readonly filesSize: number;
  readonly fileCount: number;
}

interface TableAnswer {
  readonly metadata: {
    readonly snapshots?: readonly {
      readonly "timestamp-ms": number;
      readonly summary: Readonly<Record<string, string>>;
    }[];
  };
}

/** The snapshots of a table of the stage's catalog, oldest first; none where there is no table. */
export async function loadSnapshots(
  stage: Stage,
  table: string,
): Promise<readonly TableSnapshot[]> {
  const response = await fetch(`${stage.restUri}/v1/namespaces/default/tables/${table}`);
  if (response.status === 404) return [];
  if (!response.ok) throw new Error(`the catalog answered ${response.status} for ${table}`);
  const { metadata } = (await response.json()) as TableAnswer;
  const snapshots = (metadata.snapshots ?? []).map(({ summary, "timestamp-ms": atMs }) => ({
    atMs,
    totalRecords: Number(summary["total-records"] ?? 0),
    filesSize: Number(summary["total-files-size"] ?? 0),
    fileCount: Number(summary["total-data-files"] ?? 0),
  }));
  return snapshots.toSorted((left, right) => left.atMs - right.atMs);
}
