import { readArray, readObject, readOptional, readString } from "../../spec/iceberg-json.ts";
import type { JsonObject, JsonValue } from "../../spec/iceberg-json.ts";
import { tableMetadataFromJson } from "../../spec/table-metadata-json.ts";
import type { CatalogTable } from "../catalog.ts";
import type { TableIdentifier } from "../table-identifier.ts";

/** The table after a commit (REST spec: CommitTableResponse). `METADATA_INVALID`. */
export function committedTable(table: CatalogTable, json: JsonValue): CatalogTable {
  const answer = readObject(json, "commit answer");
  return {
    identifier: table.identifier,
    fileIo: table.fileIo,
    metadata: tableMetadataFromJson(answer["metadata"]),
    ...metadataLocationOf(answer),
  };
}

/** Where the answer says that the metadata is stored, if it does. */
export function metadataLocationOf(answer: JsonObject): { metadataLocation?: string } {
  const location = readOptional(answer["metadata-location"], "metadata-location", readString);
  return location === undefined ? {} : { metadataLocation: location };
}

/** A table of a listing (REST spec: TableIdentifier). `METADATA_INVALID`. */
export function identifierFromJson(json: JsonValue): TableIdentifier {
  const object = readObject(json, "table identifier");
  return {
    namespace: readArray(object["namespace"], "namespace").map((part) =>
      readString(part, "namespace"),
    ),
    name: readString(object["name"], "name"),
  };
}
