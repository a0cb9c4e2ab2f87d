export const QUERY_ID = "8b1f6c58-2c0e-4d6e-9a30-0b8f8a1f4a11";

/** Offsets by topic and partition. */
type TopicOffsets = Readonly<Record<string, Readonly<Record<number, number>>>>;

/** A file of `offsets/`, as Spark 3.5 writes it. */
export function batchPlan(id: number, sources: readonly TopicOffsets[]): string {
  const conf = { "spark.sql.shuffle.partitions": "2" };
  const metadata = { batchWatermarkMs: 0, batchTimestampMs: 1_700_000_000_000 + id * 1_000, conf };
  return ["v1", ...[metadata, ...sources].map((part) => JSON.stringify(part))].join("\n");
}

/** The files of a checkpoint by name: where batches end in the topic, and which are committed. */
export function checkpointFiles({
  planned,
  committed,
}: {
  readonly planned: readonly Readonly<Record<number, number>>[];
  readonly committed: readonly number[];
}): Record<string, string> {
  const commit = 'v1\n{"nextBatchWatermarkMs":0}';
  return {
    metadata: JSON.stringify({ id: QUERY_ID }),
    "sources/0/0": '\0v1\n{"ratings":{"0":0}}',
    ...Object.fromEntries(
      planned.map((ratings, id) => [`offsets/${id}`, batchPlan(id, [{ ratings }])]),
    ),
    ...Object.fromEntries(committed.map((id) => [`commits/${id}`, commit])),
  };
}
