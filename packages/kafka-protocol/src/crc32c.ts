/** Reflected form of the Castagnoli polynomial 0x1EDC6F41. */
const POLYNOMIAL = 0x82f63b78;

/** Sixteen tables of 256 in one array: table `k` advances a byte that `k` more bytes follow. */
const TABLES: Int32Array = buildTables();

/**
 * CRC-32C (Castagnoli) of a range of bytes, as an unsigned 32-bit number: the checksum of record
 * batches of message format v2.
 */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const table = TABLES;
  const wordsEnd = end - ((end - start) & 15);
  let crc = -1;
  let i = start;
  // Slicing by sixteen, unrolled: this loop sees every fetched byte.
  for (; i < wordsEnd; i += 16) {
    const first = crc ^ view.getInt32(i, true);
    const second = view.getInt32(i + 4, true);
    const third = view.getInt32(i + 8, true);
    const fourth = view.getInt32(i + 12, true);
    crc =
      (table[3840 + (first & 255)] as number) ^
      (table[3584 + ((first >>> 8) & 255)] as number) ^
      (table[3328 + ((first >>> 16) & 255)] as number) ^
      (table[3072 + (first >>> 24)] as number) ^
      (table[2816 + (second & 255)] as number) ^
      (table[2560 + ((second >>> 8) & 255)] as number) ^
      (table[2304 + ((second >>> 16) & 255)] as number) ^
      (table[2048 + (second >>> 24)] as number) ^
      (table[1792 + (third & 255)] as number) ^
      (table[1536 + ((third >>> 8) & 255)] as number) ^
      (table[1280 + ((third >>> 16) & 255)] as number) ^
      (table[1024 + (third >>> 24)] as number) ^
      (table[768 + (fourth & 255)] as number) ^
      (table[512 + ((fourth >>> 8) & 255)] as number) ^
      (table[256 + ((fourth >>> 16) & 255)] as number) ^
      (table[fourth >>> 24] as number);
  }
  for (; i < end; i++) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] as number)) & 255] as number);
  }
  return ~crc >>> 0;
}

function buildTables(): Int32Array {
  const tables = new Int32Array(16 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    const crc = tables[i - 256] as number;
    tables[i] = (crc >>> 8) ^ (tables[crc & 255] as number);
  }
  return tables;
}
