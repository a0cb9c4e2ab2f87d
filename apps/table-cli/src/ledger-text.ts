import type { PartitionLedger } from "@salon/sink";
import type { TextColumn } from "./text-table.ts";

/** A whole number as people read it. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** The columns of a ledger. */
export function ledgerColumns(): readonly TextColumn[] {
  const titles = ["partition", "first", "next", "rows", "dead", "gaps", "lost", "unproved"];
  return titles.map((title) => ({ title, align: "right" }));
}

/** A partition's row below them. */
export function ledgerCells(partition: number, ledger: PartitionLedger): readonly string[] {
  const { first, next, rows, dead, gaps, lost, unproved } = ledger;
  return [partition, first, next, rows, dead, gaps, lost, unproved].map(count);
}
