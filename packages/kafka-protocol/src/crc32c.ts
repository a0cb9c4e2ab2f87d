/** Reflected form of the Castagnoli polynomial 0x1EDC6F41. */
const POLYNOMIAL = 0x82f63b78;

/** Sixteen tables of 256 in one array: table `k` advances a byte that `k` more bytes follow. */
const TABLES: Int32Array = buildTables();

/**
 * `x^209 + x^144 + x^54 + x^39 + x^14 + 1` is a multiple of the polynomial. So is its 64th power,
 * which over GF(2) has the same terms in `x^64`: a word of 64 bits may be added to the words that
 * come 65, 155, 170, 195 and 209 after it, and be left out, without a change to the remainder.
 */
const WORD_SIZE = 8;
const FOLD_WORDS = 209;
/** Less is not worth folding: what is left of it is as long as itself. */
const FOLDED_WORDS_MIN = 2 * FOLD_WORDS;

/** The latest words with what was added to them, by the low byte of their index. */
const LATEST: BigInt64Array = new BigInt64Array(256);
const REMAINDER: BigInt64Array = new BigInt64Array(FOLD_WORDS);
const REMAINDER_BYTES: Uint8Array = new Uint8Array(REMAINDER.buffer);

/**
 * CRC-32C (Castagnoli) of a range of bytes, as an unsigned 32-bit number: the checksum of record
 * batches of message format v2.
 */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  const wordsStart = start + (-(bytes.byteOffset + start) & (WORD_SIZE - 1));
  const wordCount = Math.floor((end - wordsStart) / WORD_SIZE);
  if (wordCount < FOLDED_WORDS_MIN) return ~advance(-1, bytes, start, end) >>> 0;
  const words = new BigInt64Array(bytes.buffer, bytes.byteOffset + wordsStart, wordCount);
  foldWords(advance(-1, bytes, start, wordsStart), words);
  const crc = advance(0, REMAINDER_BYTES, 0, REMAINDER_BYTES.length);
  return ~advance(crc, bytes, wordsStart + wordCount * WORD_SIZE, end) >>> 0;
}

/** Puts words into {@link REMAINDER} that make of 0 what these make of `crc`. */
function foldWords(crc: number, words: BigInt64Array): void {
  const end = words.length - FOLD_WORDS;
  LATEST.fill(0n);
  // Belongs to the first word, as one that came 209 before it.
  new DataView(LATEST.buffer).setInt32((-FOLD_WORDS & 255) * WORD_SIZE, crc, true);
  for (let i = 0; i < end; i++) LATEST[i & 255] = foldedWord(words, i);
  for (let i = 0; i < FOLD_WORDS; i++) {
    REMAINDER[i] = foldedWord(words, end + i);
    // It stays, and is added to none.
    LATEST[(end + i) & 255] = 0n;
  }
}

/** A word, and those that are left out before it. */
function foldedWord(words: BigInt64Array, i: number): bigint {
  return (
    (words[i] as bigint) ^
    (LATEST[(i - 65) & 255] as bigint) ^
    (LATEST[(i - 155) & 255] as bigint) ^
    (LATEST[(i - 170) & 255] as bigint) ^
    (LATEST[(i - 195) & 255] as bigint) ^
    (LATEST[(i - 209) & 255] as bigint)
  );
}

/** The register after more bytes, by slicing by sixteen. */
function advance(register: number, bytes: Uint8Array, start: number, end: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const table = TABLES;
  const wordsEnd = end - ((end - start) & 15);
  let crc = register;
  let i = start;
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
  return crc;
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
