import { BytesDictionary } from "./bytes-dictionary.ts";
import { Int32Dictionary } from "./int32-dictionary.ts";
import { Int64Dictionary } from "./int64-dictionary.ts";
import type { PhysicalVector } from "./physical-vector.ts";
import type { ValueDictionary } from "./value-dictionary.ts";

/** An empty dictionary for vectors of a kind; booleans have none. */
export function createValueDictionary(
  kind: PhysicalVector["kind"],
  lengthPrefixed: boolean,
): ValueDictionary | undefined {
  switch (kind) {
    case "int32":
      return new Int32Dictionary();
    case "int64":
      return new Int64Dictionary();
    case "bytes":
      return new BytesDictionary(lengthPrefixed);
    case "boolean":
      return undefined;
    default:
      return kind satisfies never;
  }
}
