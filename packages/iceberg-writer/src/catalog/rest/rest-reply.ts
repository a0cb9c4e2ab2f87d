import { parseJson, readObject } from "../../spec/iceberg-json.ts";
import type { JsonObject } from "../../spec/iceberg-json.ts";
import { isSameEtag, isUsableEtag } from "./etag.ts";
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

/** The version that an answer tells of (REST spec: etag), where the server can be asked by it. */
export function etagOf(reply: HttpReply): string | undefined {
  const etag = reply.kind === "answer" ? reply.etag : undefined;
  return etag !== undefined && isUsableEtag(etag) ? etag : undefined;
}

/**
 * Whether an answer says that the version of a tag is still the newest one; one that names another
 * version says nothing of this one.
 */
export function isNotModified(reply: HttpReply, etag: string): boolean {
  if (reply.kind !== "answer" || reply.status !== 304) return false;
  return reply.etag === undefined || isSameEtag(reply.etag, etag);
}
