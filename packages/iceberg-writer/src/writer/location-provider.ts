import { hashBytes } from "../spec/murmur3.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";

/** Where a table's new data files go. */
export interface LocationProvider {
  /** The location of a file; the partition path is empty for an unpartitioned spec. */
  newDataLocation(partitionPath: string, fileName: string): string;
}

/**
 * `<location>/data/<partition>/<file>`, or under the table's own `write.data.path`. With
 * `write.object-storage.enabled` folders of a hash stand before the partition, so that a store
 * which limits requests by prefix spreads them; `write.object-storage.partitioned-paths` set to
 * false then leaves the partition out.
 */
export function createLocationProvider({
  location,
  properties,
}: Pick<TableMetadata, "location" | "properties">): LocationProvider {
  const dataPath = withoutSlash(properties["write.data.path"] ?? `${withoutSlash(location)}/data`);
  if (properties["write.object-storage.enabled"]?.toLowerCase() !== "true") {
    return { newDataLocation: (partitionPath, name) => joinPath(dataPath, partitionPath, name) };
  }
  const partitionedPaths = properties["write.object-storage.partitioned-paths"] ?? "true";
  const isPartitioned = partitionedPaths.toLowerCase() === "true";
  return {
    newDataLocation: (partitionPath, fileName) => {
      if (!isPartitioned) return `${dataPath}/${hashFolders(fileName)}-${fileName}`;
      const name = joinPath(partitionPath, fileName);
      return joinPath(dataPath, hashFolders(name), name);
    },
  };
}

/** Twenty bits of a hash, `0101/0110/1001/10110010`, as Iceberg's own provider lays them out. */
function hashFolders(name: string): string {
  const bits = (hashBytes(new TextEncoder().encode(name)) >>> 0).toString(2).padStart(32, "0");
  const ends = [16, 20, 24, 32];
  return ends.map((end, index) => bits.slice(ends[index - 1] ?? 12, end)).join("/");
}

function joinPath(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("/");
}

function withoutSlash(location: string): string {
  return location.replace(/\/+$/, "");
}
