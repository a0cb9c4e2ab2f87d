/**
 * An Avro value in memory: number for int, float and double; bigint for long and for decimals
 * (unscaled); bytes for bytes and fixed; a list for arrays; a map for records and maps.
 */
export type AvroValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly AvroValue[]
  | AvroMap;

/**
 * A record under its field ids (the name where a field has none), or a map under its keys. Integer
 * keys are numbers.
 */
export type AvroMap = ReadonlyMap<number | string, AvroValue>;

/** Narrows to {@link AvroMap}. */
export function isAvroMap(value: AvroValue | undefined): value is AvroMap {
  return value instanceof Map;
}

/** Narrows to a list. */
export function isAvroList(value: AvroValue | undefined): value is readonly AvroValue[] {
  return Array.isArray(value);
}
