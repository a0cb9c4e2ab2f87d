import type { RejectedRecord } from "@salon/schema";

const RULE_PREFIX = "rule:";

/** The `error_code` of a dead letter: why its record is no row, with the rule that it breaks. */
export function deadLetterCause({ code, rule }: RejectedRecord): string {
  return rule === undefined ? code : `${RULE_PREFIX}${rule}`;
}

/** Whether a cause is a rule, and not that the record does not decode. */
export function isRuleCause(cause: string): boolean {
  return cause.startsWith(RULE_PREFIX);
}
