import { hash } from "node:crypto";
import type { OffsetRange } from "../protocol/source-record.ts";

/** Offsets that share one digest: what is read again where two digests differ. */
const DIGEST_OFFSETS = 1024;
const DIGEST_WORDS = 4;

/**
 * Digests of records by stretches of offsets. A digest is the sum of its records' hashes, so that
 * the order in which they come, and how they are stored, makes no difference, and memory does not
 * grow with what they hold.
 */
export class OffsetDigests {
  readonly #digests = new Map<number, Uint32Array>();

  add(offset: number, text: string): void {
    const index = Math.floor(offset / DIGEST_OFFSETS);
    let digest = this.#digests.get(index);
    if (digest === undefined) {
      digest = new Uint32Array(DIGEST_WORDS);
      this.#digests.set(index, digest);
    }
    const bytes = hash("sha256", `${offset} ${text}`, "buffer");
    for (let word = 0; word < DIGEST_WORDS; word++) {
      digest[word] = (digest[word] ?? 0) + bytes.readUInt32LE(word * 4);
    }
  }

  /** The stretches in which the records of the two are not the same, ascending. */
  differencesFrom(other: OffsetDigests): readonly OffsetRange[] {
    const indexes = [...new Set([...this.#digests.keys(), ...other.#digests.keys()])];
    return indexes
      .filter((index) => !isSame(this.#digests.get(index), other.#digests.get(index)))
      .sort((a, b) => a - b)
      .map((index) => ({ start: index * DIGEST_OFFSETS, end: (index + 1) * DIGEST_OFFSETS }));
  }
}

function isSame(left: Uint32Array | undefined, right: Uint32Array | undefined): boolean {
  return left !== undefined && right !== undefined && left.every((word, i) => word === right[i]);
}
