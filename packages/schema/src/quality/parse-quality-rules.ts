import type { EventSchema } from "../event-schema.ts";
import { SchemaError } from "../schema-error.ts";
import { defineQualityRules } from "./define-quality-rules.ts";
import type { ListedValue, QualityCheck, QualityRule } from "./quality-rule.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads a document of rules: `{"sets": {name: [values]}, "rules": [{name, field, severity,
 * check}]}`. An `in-set` check names one of the sets. Throws RULES_INVALID for anything else, with
 * the rule and the field.
 */
export function parseQualityRules(text: string, schema: EventSchema): readonly QualityRule[] {
  const document = objectOf(parseJson(text), "the document", ["sets", "rules"]);
  const sets = readSets(document["sets"]);
  const { rules } = document;
  if (!Array.isArray(rules)) throw invalid("the document has no list of rules");
  return defineQualityRules(
    schema,
    rules.map((rule: unknown, index) => readRule(rule, `rule ${index + 1}`, sets)),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SchemaError("RULES_INVALID", `the rules are no JSON: ${reason}`, { cause });
  }
}

function readSets(json: unknown): ReadonlyMap<string, readonly ListedValue[]> {
  if (json === undefined) return new Map();
  const sets = objectOf(json, "sets");
  return new Map(
    Object.entries(sets).map(([name, values]) => [name, listOf(values, `set ${name}`)]),
  );
}

function readRule(
  json: unknown,
  position: string,
  sets: ReadonlyMap<string, readonly ListedValue[]>,
): QualityRule {
  const rule = objectOf(json, position, ["name", "field", "severity", "check"]);
  const name = textOf(rule, "name", position);
  const field = textOf(rule, "field", `rule ${name}`);
  const where = `rule ${name}, field ${field}`;
  const { severity = "reject" } = rule;
  if (severity !== "reject" && severity !== "warn") {
    throw invalid(`${where}: severity is reject or warn, not ${JSON.stringify(severity)}`);
  }
  return { name, field, severity, check: readCheck(rule["check"], where, sets) };
}

function readCheck(
  json: unknown,
  where: string,
  sets: ReadonlyMap<string, readonly ListedValue[]>,
): QualityCheck {
  const kind = textOf(objectOf(json, `${where}: check`), "kind", where);
  const parts = (...names: string[]): JsonObject =>
    objectOf(json, `${where}: check`, ["kind", ...names]);
  switch (kind) {
    case "not-null":
      parts();
      return { kind };
    case "range":
    case "length": {
      const { min, max } = parts("min", "max");
      return { kind, min: boundOf(min, "min", where), max: boundOf(max, "max", where) };
    }
    case "one-of":
      return { kind, values: listOf(parts("values")["values"], `${where}: values`) };
    case "in-set": {
      const set = textOf(parts("set"), "set", where);
      const values = sets.get(set);
      if (values === undefined) throw invalid(`${where}: there is no set ${JSON.stringify(set)}`);
      return { kind, set, values };
    }
    case "pattern":
      return { kind, pattern: textOf(parts("pattern"), "pattern", where) };
    case "not-older-than":
    case "not-newer-than": {
      const seconds = boundOf(parts("seconds")["seconds"], "seconds", where);
      if (seconds === undefined) throw invalid(`${where}: seconds are missing`);
      return { kind, seconds };
    }
    default:
      throw invalid(`${where}: there is no check ${JSON.stringify(kind)}`);
  }
}

/** An object with no other members than those; a misspelt one must not be a rule less. */
function objectOf(json: unknown, what: string, members?: readonly string[]): JsonObject {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw invalid(`${what} is no object`);
  }
  const other = Object.keys(json).find((name) => members !== undefined && !members.includes(name));
  if (other !== undefined) throw invalid(`${what} has an unknown member ${JSON.stringify(other)}`);
  return json as JsonObject;
}

function textOf(object: JsonObject, member: string, where: string): string {
  const text = object[member];
  if (typeof text !== "string") throw invalid(`${where}: ${member} is no text`);
  return text;
}

function boundOf(json: unknown, member: string, where: string): number | undefined {
  if (json === undefined || typeof json === "number") return json;
  throw invalid(`${where}: ${member} is no number`);
}

function listOf(json: unknown, where: string): readonly ListedValue[] {
  if (!Array.isArray(json)) throw invalid(`${where} is no list`);
  return json.map((value: unknown) => {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      return value;
    }
    throw invalid(`${where}: ${JSON.stringify(value)} is no text, number or boolean`);
  });
}

function invalid(message: string): SchemaError {
  return new SchemaError("RULES_INVALID", message);
}
