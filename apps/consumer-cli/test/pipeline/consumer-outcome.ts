import { useSharedReader } from "@salon/testkit";
import type { ClientRecord, ManagedProcess } from "@salon/testkit";
import { restCatalog } from "./commands.ts";

/** A rating of a customer, as a record to write. */
export function rating(customer: number, timestamp = "2025-01-15T10:30:00"): ClientRecord {
  const event = { customer_id: customer, rating_value: 4.5, comment: "ok", timestamp };
  return { value: Buffer.from(JSON.stringify(event)) };
}

/** Customer ids that PyIceberg reads from a table, in order. */
export async function customersIn(table: string): Promise<readonly unknown[]> {
  const reader = await useSharedReader("pyiceberg");
  const { reference, tableName } = restCatalog();
  const rows = await reader.readTable({ catalog: reference, table: tableName(table) });
  return rows.map((row) => row["customer_id"]).toSorted((a, b) => Number(a) - Number(b));
}

/** The exit code, and the one sentence that a user is told. */
export async function ending(consumer: ManagedProcess): Promise<[number | undefined, string]> {
  const { code } = await consumer.exit;
  const lines = consumer.stderr().trimEnd().split("\n");
  const fatal = lines.find((line) => line.startsWith('{"level":"fatal"')) ?? "{}";
  return [code, String((JSON.parse(fatal) as { readonly msg?: string }).msg)];
}
