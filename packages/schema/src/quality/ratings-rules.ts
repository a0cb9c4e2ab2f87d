import { ratingsSchema } from "../ratings-schema.ts";
import { defineQualityRules } from "./define-quality-rules.ts";
import type { QualityCheck, QualityRule, RuleSeverity } from "./quality-rule.ts";

const DAY_SECONDS = 86_400;

function rule(
  name: string,
  field: string,
  check: QualityCheck,
  severity: RuleSeverity = "reject",
): QualityRule {
  return { name, field, severity, check };
}

/** What ratings of the nail salons are held to. */
export const ratingsRules: readonly QualityRule[] = defineQualityRules(ratingsSchema, [
  rule("customer-known", "customer_id", { kind: "range", min: 1, max: 20 }),
  rule("branch-known", "branch_id", { kind: "range", min: 1, max: 5 }),
  rule("employee-known", "employee_id", { kind: "range", min: 1, max: 10 }),
  rule("treatment-known", "treatment_id", { kind: "range", min: 1, max: 15 }),
  rule("rating-given", "rating_value", { kind: "not-null" }),
  rule("rating-range", "rating_value", { kind: "range", min: 1, max: 5 }),
  rule("comment-length", "comment", { kind: "length", max: 10_000 }, "warn"),
  rule("timestamp-given", "timestamp", { kind: "not-null" }),
  // A local date-time may be half a day and more from UTC.
  rule("timestamp-late", "timestamp", { kind: "not-older-than", seconds: 7 * DAY_SECONDS }, "warn"),
  rule("timestamp-early", "timestamp", { kind: "not-newer-than", seconds: DAY_SECONDS }, "warn"),
]);
