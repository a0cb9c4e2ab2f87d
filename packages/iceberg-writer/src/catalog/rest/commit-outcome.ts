import { parseJson } from "../../spec/iceberg-json.ts";
import type { CatalogTable, CommitOutcome } from "../catalog.ts";
import { identifierToString } from "../table-identifier.ts";
import { errorText } from "./error-text.ts";
import { committedTable } from "./rest-answer.ts";
import { notFoundError, restError } from "./rest-error.ts";
import type { MutationReply } from "./rest-mutation.ts";
import { isStatus } from "./rest-reply.ts";

/** Texts by which servers tell of a lost race without the status 409. */
const lostRace = new RegExp(
  [
    "commit\\s?failed",
    "sequence number",
    "requirement failed",
    "snapshot already exists",
    "before last",
    "has changed",
  ].join("|"),
  "iu",
);

/**
 * What became of a commit, from the reply to it. Throws where nothing was sent, or it is refused
 * for good.
 *
 * Errors: `TABLE_NOT_FOUND`, and those of {@link restError}.
 */
export function commitOutcome(
  table: CatalogTable,
  { reply, isRepeated, at }: MutationReply & { readonly at: string },
): CommitOutcome {
  const name = identifierToString(table.identifier);
  const doing = `commit to table ${name}`;
  // Of the first one nothing is known then, so that only the success of the second one counts.
  if (isRepeated && !isStatus(reply, 200)) {
    return { kind: "unknown", cause: restError({ reply, doing, at }) };
  }
  if (reply.kind === "not-sent") throw restError({ reply, doing, at });
  if (reply.kind === "no-answer") return { kind: "unknown", cause: reply.cause };
  const { status, text } = reply;
  if (status === 200) {
    try {
      return { kind: "committed", table: committedTable(table, parseJson(text, doing)) };
    } catch (cause) {
      return { kind: "unknown", cause };
    }
  }
  const told = errorText(text);
  if (status === 409 || ((status === 400 || status === 422) && lostRace.test(told))) {
    return { kind: "conflict", reason: `${name}: ${told}` };
  }
  const error = restError({ reply, doing, at });
  // The server may have applied the commit before it failed to say so, or says so in its own way.
  const isSuccess = status < 300;
  if (isSuccess || status >= 500 || status === 408) return { kind: "unknown", cause: error };
  if (status === 404) throw notFoundError("TABLE_NOT_FOUND", name, reply);
  throw error;
}
