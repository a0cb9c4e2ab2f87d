import { parseJson, readObject } from "../../spec/iceberg-json.ts";
import type { JsonObject } from "../../spec/iceberg-json.ts";
import type { HttpReply } from "./http-exchange.ts";
import { restError } from "./rest-error.ts";

/** A call whose answer is awaited. */
export interface AwaitedCall {
  readonly reply: HttpReply;
  readonly statuses: readonly number[];
  /** Completes "cannot …". */
  readonly doing: string;
  /** Who was asked: `catalog http://…`. */
  readonly at: string;
}

/** The answer's object, empty where it has no body. Errors: those of {@link restError}. */
export function expectAnswer({ reply, statuses, doing, at }: AwaitedCall): JsonObject {
  if (reply.kind !== "answer" || !statuses.includes(reply.status)) {
    throw restError({ reply, doing, at });
  }
  return reply.text === "" ? {} : readObject(parseJson(reply.text, doing), doing);
}

/** Whether the answer is this one. */
export function isStatus(reply: HttpReply, status: number): boolean {
  return reply.kind === "answer" && reply.status === status;
}
