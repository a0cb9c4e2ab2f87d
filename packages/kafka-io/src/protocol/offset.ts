import { KafkaIoError } from "../kafka-io-error.ts";

/**
 * A 64-bit offset as a number.
 *
 * @throws KafkaIoError `OFFSET_UNSAFE` above 2^53 - 1, where numbers no longer hold every offset.
 */
export function offsetFromInt64(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new KafkaIoError("OFFSET_UNSAFE", `offset ${value} exceeds ${Number.MAX_SAFE_INTEGER}`, {
      context: { offset: value },
    });
  }
  return Number(value);
}
