import type { TableMetadata } from "@salon/iceberg-writer";
import { mainLine } from "../protocol/position.ts";

/**
 * Rows that snapshots of main's line deleted and did not write anew, as far as history goes back.
 * Compaction (`replace`) deletes none; copy-on-write counts the rows of whole files on both sides.
 */
export function deletedRecords(metadata: TableMetadata): number {
  return mainLine(metadata).passed.reduce((sum, { summary }) => {
    const { operation } = summary;
    if (operation !== "delete" && operation !== "overwrite") return sum;
    const count = (name: string): number => Number(summary[name] ?? 0);
    const removed = count("deleted-records") + count("added-position-deletes");
    return sum + Math.max(0, removed - count("added-records"));
  }, 0);
}
