/** What becomes of a record that breaks a rule: it is a dead letter, or a row that is counted. */
export type RuleSeverity = "reject" | "warn";

/** A value that a field may be listed to have. */
export type ListedValue = string | number | boolean;

/** What a rule asks of a field. A null value breaks `not-null` alone. */
export type QualityCheck =
  | { readonly kind: "not-null" }
  /** Of numbers, both ends included. */
  | {
      readonly kind: "range";
      readonly min?: number | undefined;
      readonly max?: number | undefined;
    }
  | { readonly kind: "one-of"; readonly values: readonly ListedValue[] }
  /** Refers to values that are known elsewhere; `set` is what they are called. */
  | { readonly kind: "in-set"; readonly set: string; readonly values: readonly ListedValue[] }
  /** A regular expression in RE2's syntax, found anywhere in a text unless it is anchored. */
  | { readonly kind: "pattern"; readonly pattern: string }
  /** In Unicode code points, both ends included. */
  | {
      readonly kind: "length";
      readonly min?: number | undefined;
      readonly max?: number | undefined;
    }
  /** A date-time at most so long before the record's Kafka timestamp. */
  | { readonly kind: "not-older-than"; readonly seconds: number }
  /** A date-time at most so long after the record's Kafka timestamp. */
  | { readonly kind: "not-newer-than"; readonly seconds: number };

/** A rule about one field of an event. */
export interface QualityRule {
  /** Unique among the rules that are used together; counts and dead letters name it. */
  readonly name: string;
  readonly field: string;
  readonly severity: RuleSeverity;
  readonly check: QualityCheck;
}
