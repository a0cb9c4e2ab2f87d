/**
 * The partition of a key, the same as Java's default partitioner gives: murmur2 of its bytes, made
 * positive, modulo the number of partitions.
 */
export function partitionOfKey(key: Uint8Array, partitionCount: number): number {
  return (murmur2(key) & 0x7fffffff) % partitionCount;
}

/** MurmurHash2, 32 bits, with the seed that Kafka's clients use; signed as in Java. */
export function murmur2(bytes: Uint8Array): number {
  const multiplier = 0x5bd1e995;
  const wordsEnd = bytes.length - (bytes.length % 4);
  const at = (i: number): number => bytes[i] as number;
  let hash = 0x9747b28c ^ bytes.length;
  for (let i = 0; i < wordsEnd; i += 4) {
    let word = at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24);
    word = Math.imul(word, multiplier);
    word = Math.imul(word ^ (word >>> 24), multiplier);
    hash = Math.imul(hash, multiplier) ^ word;
  }
  const rest = bytes.length - wordsEnd;
  if (rest === 3) hash ^= at(wordsEnd + 2) << 16;
  if (rest >= 2) hash ^= at(wordsEnd + 1) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ at(wordsEnd), multiplier);
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}
