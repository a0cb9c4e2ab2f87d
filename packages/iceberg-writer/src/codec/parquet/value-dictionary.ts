import type { PhysicalVector } from "./physical-vector.ts";

/** Distinct values in the order of their first appearance; an id is a position among them. */
export interface ValueDictionary {
  readonly size: number;
  /** Bytes of the values in the PLAIN encoding. */
  readonly plainByteLength: number;
  /** The values in order of their ids; valid until the next `encode`. */
  values(): PhysicalVector;
  /** Writes the ids of `source[rows[0..count)]` to `ids`, from `at` on; new values are added. */
  encode(
    source: PhysicalVector,
    rows: Int32Array,
    count: number,
    ids: Int32Array,
    at: number,
  ): void;
  /**
   * As `encode` from 0 on, for values of which the caller knows that each is new. Absent where
   * looking values up costs no more.
   */
  addDistinct?(source: PhysicalVector, rows: Int32Array, count: number, ids: Int32Array): void;
}
