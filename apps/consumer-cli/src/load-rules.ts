import { CommandLineError, readTextFile } from "@salon/command-line";
import { parseQualityRules, ratingsRules, SchemaError } from "@salon/schema";
import type { EventSchema, QualityRule } from "@salon/schema";

/** Names the rules that come with the ratings, in place of a file. */
const SHIPPED_RULES = "ratings";

/**
 * The rules that `--rules` names: those that are shipped, or those of a JSON file. Throws
 * `FILE_UNREADABLE`, and `USAGE_INVALID` for rules that cannot be used, with rule and field.
 */
export async function loadRules(
  name: string | undefined,
  schema: EventSchema,
): Promise<readonly QualityRule[]> {
  if (name === undefined) return [];
  if (name === SHIPPED_RULES) return ratingsRules;
  const text = (await readTextFile("--rules", name)) ?? "";
  try {
    return parseQualityRules(text, schema);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    throw new CommandLineError("USAGE_INVALID", `--rules ${name}: ${error.message}`, {
      cause: error,
    });
  }
}
