import type { FlatValue } from "@salon/columns";
import type { QualityCheck } from "./quality-rule.ts";

const SHOWN_LENGTH_MAX = 60;

/** Why a value breaks a check, for a message. */
export function describeCheck(check: QualityCheck, value: FlatValue | null): string {
  const shown = shownValue(value);
  switch (check.kind) {
    case "not-null":
      return "the value is null";
    case "range":
      return `${shown} is not ${describeBounds(check)}`;
    case "one-of":
      return `${shown} is none of the listed values`;
    case "in-set":
      return `${shown} is not in set ${check.set}`;
    case "pattern":
      return `${shown} does not match ${check.pattern}`;
    case "length":
      return `the length of ${shown} is not ${describeBounds(check)}`;
    case "not-older-than":
      return `${shown} is more than ${check.seconds} s before the record's timestamp`;
    case "not-newer-than":
      return `${shown} is more than ${check.seconds} s after the record's timestamp`;
    default:
      return check satisfies never;
  }
}

function describeBounds({ min, max }: Extract<QualityCheck, { kind: "range" | "length" }>): string {
  if (min === undefined) return `at most ${max}`;
  return max === undefined ? `at least ${min}` : `from ${min} to ${max}`;
}

function shownValue(value: FlatValue | null): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX - 3)}...`;
}
