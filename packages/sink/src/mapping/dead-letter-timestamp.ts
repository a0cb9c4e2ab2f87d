/**
 * Kafka's timestamp of a record as its dead letter has it, in microseconds. Undefined where there
 * is none, and for one that a timestamptz cannot hold: producers may send any 64 bits.
 */
export function deadLetterTimestamp(timestampMs: number): bigint | undefined {
  if (timestampMs < 0) return undefined;
  const micros = BigInt(timestampMs) * 1000n;
  return BigInt.asIntN(64, micros) === micros ? micros : undefined;
}
