import { randomUUID } from "node:crypto";

import { sortRows, useSharedServices } from "@salon/testkit";
import type { CatalogReference, ForeignReader, TableRead, TableRow } from "@salon/testkit";

import type { CatalogSettings } from "../../src/index.ts";

/** A catalog as we open it, and as other engines find it. */
export interface SharedCatalog {
  /** The same in every test file, as a Spark session knows a catalog's name for good. */
  readonly name: string;
  readonly settings: CatalogSettings;
  readonly reference: CatalogReference;
}

const { s3, bucket, restCatalog: restService } = useSharedServices();

const storage = {
  "s3.endpoint": s3.endpoint,
  "s3.access-key-id": s3.accessKeyId,
  "s3.secret-access-key": s3.secretAccessKey,
  "client.region": s3.region,
};
const warehouse = `s3a://${bucket}/interop`;

export const hadoopCatalog: SharedCatalog = {
  name: "interop_hadoop",
  settings: { type: "hadoop", warehouse, ...storage },
  reference: { kind: "hadoop", warehouse, s3 },
};

export const restCatalog = {
  name: "interop_rest",
  settings: { type: "rest", uri: restService.uri, warehouse: restService.warehouse, ...storage },
  reference: { kind: "rest", uri: restService.uri, s3 },
} as const satisfies SharedCatalog;

/** Both, for `describe.each`. */
export const sharedCatalogs = [
  ["a hadoop catalog on S3", hadoopCatalog],
  ["a REST catalog", restCatalog],
] as const;

/** A namespace that no other run has used. */
export function freshNamespace(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
}

/** What each engine reads, in the order of integer columns, by the engine's name. */
export async function readByAll(
  readers: readonly ForeignReader[],
  read: TableRead,
  ...order: readonly string[]
): Promise<Readonly<Record<string, readonly TableRow[]>>> {
  const answers = readers.map(async (reader) => {
    const rows = await reader.readTable(read);
    return [reader.engine, sortRows(rows, ...order)] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}

/** The same from each of them. */
export function fromAll<T>(
  readers: readonly ForeignReader[],
  value: T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(readers.map(({ engine }) => [engine, value]));
}
