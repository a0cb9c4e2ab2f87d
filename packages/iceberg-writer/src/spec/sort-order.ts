import { IcebergError } from "../iceberg-error.ts";
import {
  type JsonObject,
  type JsonValue,
  readArray,
  readInt,
  readObject,
  readString,
} from "./iceberg-json.ts";
import { parseTransform, type Transform, transformToString } from "./transform.ts";

/** One key of a sort order (spec: Sorting). */
export interface SortField {
  readonly transform: Transform;
  readonly sourceId: number;
  readonly direction: "asc" | "desc";
  readonly nullOrder: "nulls-first" | "nulls-last";
}

/** Order 0 is unsorted (spec: Sorting). */
export interface SortOrder {
  readonly orderId: number;
  readonly fields: readonly SortField[];
}

/** Order 0. */
export const UNSORTED: SortOrder = { orderId: 0, fields: [] };

/** Whether two orders have the same keys; the order id is not compared. */
export function isSameSortOrder(left: SortOrder, right: SortOrder): boolean {
  return JSON.stringify(fieldsToJson(left)) === JSON.stringify(fieldsToJson(right));
}

function fieldsToJson(order: SortOrder): readonly JsonObject[] {
  return order.fields.map((field) => ({
    transform: transformToString(field.transform),
    "source-id": field.sourceId,
    direction: field.direction,
    "null-order": field.nullOrder,
  }));
}

/** The JSON form of an order (spec: Appendix C). */
export function sortOrderToJson(order: SortOrder): JsonObject {
  return { "order-id": order.orderId, fields: fieldsToJson(order) };
}

/** An order from its JSON form (spec: Appendix C). */
export function sortOrderFromJson(json: JsonValue | undefined): SortOrder {
  const object = readObject(json, "sort order");
  return {
    orderId: readInt(object["order-id"], "order-id"),
    fields: readArray(object["fields"], "sort fields").map((item) => {
      const field = readObject(item, "sort field");
      return {
        transform: parseTransform(readString(field["transform"], "transform")),
        sourceId: readInt(field["source-id"], "source-id"),
        direction: directionFromJson(readString(field["direction"], "direction")),
        nullOrder: nullOrderFromJson(readString(field["null-order"], "null-order")),
      };
    }),
  };
}

function directionFromJson(text: string): SortField["direction"] {
  const direction = text.toLowerCase();
  if (direction === "asc" || direction === "desc") return direction;
  throw new IcebergError("METADATA_INVALID", `sort direction ${text} is neither asc nor desc`);
}

function nullOrderFromJson(text: string): SortField["nullOrder"] {
  const nullOrder = text.toLowerCase();
  if (nullOrder === "nulls-first" || nullOrder === "nulls-last") return nullOrder;
  throw new IcebergError("METADATA_INVALID", `null order ${text} is none of the spec`);
}
