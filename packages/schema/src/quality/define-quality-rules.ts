import type { EventField, EventFieldType, EventSchema } from "../event-schema.ts";
import { SchemaError } from "../schema-error.ts";
import { compilePattern } from "./pattern.ts";
import type { ListedValue, QualityCheck, QualityRule } from "./quality-rule.ts";

/** Bounds the counts that a commit carries. */
const RULES_MAX = 200;
/** Names are shown on terminals and are part of causes: no spaces, no control characters. */
const NAME_FORM = /^[A-Za-z0-9_.-]{1,64}$/;
const NUMBERS: ReadonlySet<EventFieldType> = new Set(["int", "long", "float", "double"]);

/**
 * The rules themselves, checked against the events that they are about. Throws RULES_INVALID with
 * every rule that is wrong, by name and field.
 */
export function defineQualityRules(
  schema: EventSchema,
  rules: readonly QualityRule[],
): readonly QualityRule[] {
  const fields = new Map(schema.fields.map((field) => [field.name, field]));
  const names = new Set<string>();
  const problems: string[] = [];
  if (rules.length > RULES_MAX) problems.push(`${rules.length} rules, at most ${RULES_MAX} go`);
  for (const { name, field, check } of rules) {
    if (!NAME_FORM.test(name)) {
      problems.push(`rule ${JSON.stringify(name)}: a name is 1 to 64 of A-Z a-z 0-9 _ . -`);
    }
    if (names.has(name)) problems.push(`rule ${name} is there twice`);
    names.add(name);
    const about = fields.get(field);
    const problem =
      about === undefined
        ? `events of ${schema.name} have no such field`
        : checkProblem(check, about);
    if (problem !== undefined) problems.push(`rule ${name}, field ${field}: ${problem}`);
  }
  if (problems.length > 0) throw new SchemaError("RULES_INVALID", problems.join("; "));
  return Object.freeze([...rules]);
}

function checkProblem(check: QualityCheck, { type }: EventField): string | undefined {
  const unfit = `${check.kind} is no check of ${type}`;
  switch (check.kind) {
    case "not-null":
      return undefined;
    case "range":
      if (!NUMBERS.has(type)) return unfit;
      return boundsProblem(check, (bound) => isBound(type, bound));
    case "one-of":
    case "in-set":
      if (type === "local-date-time") return unfit;
      return listProblem(check.values, type);
    case "pattern":
      return type === "string" ? patternProblem(check.pattern) : unfit;
    case "length":
      if (type !== "string") return unfit;
      return boundsProblem(check, (bound) => Number.isSafeInteger(bound) && bound >= 0);
    case "not-older-than":
    case "not-newer-than":
      if (type !== "local-date-time") return unfit;
      return Number.isFinite(check.seconds) && check.seconds >= 0
        ? undefined
        : `seconds must be 0 or more, not ${check.seconds}`;
    default:
      return check satisfies never;
  }
}

function boundsProblem(
  { min, max }: Extract<QualityCheck, { kind: "range" | "length" }>,
  isValid: (bound: number) => boolean,
): string | undefined {
  if (min === undefined && max === undefined) return "it has neither min nor max";
  const wrong = [min, max].find((bound) => bound !== undefined && !isValid(bound));
  if (wrong !== undefined) return `${wrong} is no bound of such a field`;
  if (min !== undefined && max !== undefined && min > max) return `min ${min} is above max ${max}`;
  return undefined;
}

function isBound(type: EventFieldType, bound: number): boolean {
  return type === "long" ? Number.isSafeInteger(bound) : Number.isFinite(bound);
}

function listProblem(values: readonly ListedValue[], type: EventFieldType): string | undefined {
  if (values.length === 0) return "there are no values";
  const wrong = values.find((value) => !isListable(type, value));
  return wrong === undefined ? undefined : `${JSON.stringify(wrong)} is no ${type}`;
}

function isListable(type: EventFieldType, value: ListedValue): boolean {
  if (type === "boolean" || type === "string") return typeof value === type;
  if (typeof value !== "number") return false;
  return type === "int" || type === "long" ? Number.isSafeInteger(value) : Number.isFinite(value);
}

function patternProblem(pattern: string): string | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
