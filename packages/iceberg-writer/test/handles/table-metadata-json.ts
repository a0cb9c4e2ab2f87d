import { parseJson, readObject, serializeJson } from "../../src/spec/iceberg-json.ts";
import type { JsonValue } from "../../src/spec/iceberg-json.ts";
import type { TableMetadata } from "../../src/spec/table-metadata.ts";
import { Handles } from "./handles.ts";

const metadatas = new Handles<TableMetadata>("table metadata");

/** What a handle stands for; `METADATA_INVALID` for any other text. */
export function parseTableMetadata(text: string): TableMetadata {
  return tableMetadataFromJson(parseJson(text, "table metadata"));
}

/** A handle in the place of the text, with the UUID in front, which is read without the rest. */
export function serializeTableMetadata(metadata: TableMetadata): string {
  const { tableUuid } = metadata;
  return serializeJson({ "table-uuid": tableUuid, handle: metadatas.keep(frozen(metadata)) });
}

/** As {@link parseTableMetadata}. */
export function tableMetadataFromJson(json: JsonValue | undefined): TableMetadata {
  return metadatas.find(readObject(json, "table metadata")["handle"]);
}

/** Nobody can change what others got; parts that are frozen already are so to their depths. */
function frozen<T extends object>(value: T): T {
  if (Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) {
    if (typeof part === "object" && part !== null) frozen(part);
  }
  return value;
}
