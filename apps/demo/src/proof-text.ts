import type { TableProof } from "@salon/sink";

/** What `verifyTable` found, in a few lines. */
export function proofText({ isProved, sources }: TableProof): string {
  const partitions = sources.flatMap((source) => source.partitions);
  const sum = (of: (partition: (typeof partitions)[number]) => number): string =>
    partitions.reduce((total, partition) => total + of(partition), 0).toLocaleString("en-US");
  const lines = [
    `${sum(({ topic }) => topic?.records ?? 0)} records in ${partitions.length} ${partitions.length === 1 ? "partition" : "partitions"} of the topic`,
    `= ${sum(({ found }) => found.rows)} rows + ${sum(({ found }) => found.dead)} dead letters, ` +
      `${sum(({ topic }) => topic?.missing ?? 0)} missing, each compared by value`,
    ...sources.flatMap(({ findings }) => findings.map(({ message }) => `  ${message}`)),
  ];
  const verdict = isProved ? "proved: every record is there exactly once" : "NOT proved";
  return [verdict, ...lines.map((line) => `  ${line}`)].join("\n");
}
