import { valueAt } from "@salon/columns";
import { scanTable } from "@salon/iceberg-writer";
import { isRuleCause } from "../mapping/dead-letter-cause.ts";
import { OffsetSet } from "./offset-set.ts";
import { beginStep, rowTotal, rowTotalOf } from "./proof-progress.ts";
import type { ProofOperation } from "./proof-progress.ts";
import { countedReader } from "./scan-accounts.ts";
import { columnOf, ORIGIN_COLUMN_NAMES, originsOf } from "./scan-origins.ts";
import type { DecidedTables } from "./table-records.ts";

/** Offsets by partition. */
export type PartitionOffsets = ReadonlyMap<number, OffsetSet>;

/**
 * The records of a topic that are dead letters because of a quality rule. They decode; only the
 * commit that decided them knew its rules, which may have changed since.
 */
export async function readRuledOut(
  { deadLetters: table, pendingFiles, counts }: DecidedTables,
  topic: string,
  options: ProofOperation = {},
): Promise<PartitionOffsets> {
  const ruledOut = new Map<number, OffsetSet>();
  if (table === undefined) return ruledOut;
  const columns = [...ORIGIN_COLUMN_NAMES, "decided_by", "error_code"];
  const total = rowTotal(table) + rowTotalOf(pendingFiles);
  const advance = beginStep(options, "dead letters", total);
  for (const files of [undefined, pendingFiles]) {
    for await (const { batch } of scanTable({ table, columns, files }, options)) {
      const origins = originsOf(batch);
      const isCounted = countedReader(batch, counts);
      const causes = columnOf(batch, "error_code");
      for (let row = 0; row < batch.rowCount; row++) {
        const cause = valueAt(causes, row);
        if (typeof cause !== "string" || !isRuleCause(cause)) continue;
        if (origins.topicAt(row) !== topic || !isCounted(row)) continue;
        const partition = origins.partitionAt(row);
        const offset = origins.offsetAt(row);
        if (partition === undefined || offset === undefined) continue;
        let offsets = ruledOut.get(partition);
        if (offsets === undefined) ruledOut.set(partition, (offsets = new OffsetSet()));
        offsets.add(offset);
      }
      advance(batch.rowCount);
    }
  }
  return ruledOut;
}
