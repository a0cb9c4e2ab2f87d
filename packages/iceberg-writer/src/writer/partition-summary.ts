import type { FieldSummary } from "../spec/manifest-file.ts";
import { decodeSingleValue, encodeSingleValue } from "../spec/single-value.ts";
import type { PrimitiveType } from "../spec/type.ts";
import { compareValues, type PrimitiveValue } from "../spec/value.ts";

/**
 * What a manifest list tells of one partition field: whether it has nulls and NaNs, and the bounds
 * of all other values, never truncated (spec: Manifest Lists, `field_summary`).
 */
export class PartitionFieldSummary {
  readonly #type: PrimitiveType;
  #containsNull = false;
  #containsNan = false;
  #lower: PrimitiveValue | undefined;
  #upper: PrimitiveValue | undefined;

  /** `type` is the result type of the field's transform. */
  constructor(type: PrimitiveType) {
    this.#type = type;
  }

  add(value: PrimitiveValue | null): void {
    if (value === null) {
      this.#containsNull = true;
    } else if (Number.isNaN(value)) {
      this.#containsNan = true;
    } else {
      if (this.#lower === undefined || compareValues(value, this.#lower) < 0) this.#lower = value;
      if (this.#upper === undefined || compareValues(value, this.#upper) > 0) this.#upper = value;
    }
  }

  /** All values that were summed up elsewhere. */
  addSummary({ containsNull, containsNan, lowerBound, upperBound }: FieldSummary): void {
    this.#containsNull ||= containsNull;
    this.#containsNan ||= containsNan === true;
    for (const bound of [lowerBound, upperBound]) {
      if (bound !== undefined) this.add(decodeSingleValue(this.#type, bound));
    }
  }

  toSummary(): FieldSummary {
    const lower = this.#lower;
    const upper = this.#upper;
    return {
      containsNull: this.#containsNull,
      containsNan: this.#containsNan,
      ...(lower === undefined ? {} : { lowerBound: encodeSingleValue(this.#type, lower) }),
      ...(upper === undefined ? {} : { upperBound: encodeSingleValue(this.#type, upper) }),
    };
  }
}
