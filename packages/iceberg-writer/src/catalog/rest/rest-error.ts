import { IcebergError } from "../../iceberg-error.ts";
import { certificateFault } from "../../io/certificate-fault.ts";
import { errorText } from "./error-text.ts";
import { connectionErrorCode } from "./http-exchange.ts";
import type { HttpReply } from "./http-exchange.ts";

/** A call that did not do what it was for. */
export interface FailedCall {
  readonly reply: HttpReply;
  /** Completes "cannot …". */
  readonly doing: string;
  /** Who was asked: `catalog http://…`. */
  readonly at: string;
}

/**
 * What any call means that was refused or did not come through. 404 and 409 depend on the call and
 * belong to the caller.
 */
export function restError({ reply, doing, at }: FailedCall): IcebergError {
  if (reply.kind !== "answer") {
    // Without a proof of who we are nothing was sent; that error says why there is none.
    if (reply.cause instanceof IcebergError) return reply.cause;
    const distrust = certificateFault(reply.cause);
    if (distrust !== undefined) {
      return new IcebergError("CATALOG_UNAUTHORIZED", `cannot ${doing}: ${at}: ${distrust}`, {
        cause: reply.cause,
        context: { at },
      });
    }
    const code = connectionErrorCode(reply.cause);
    const told = reply.cause instanceof Error ? reply.cause.message : String(reply.cause);
    return new IcebergError(
      "CATALOG_UNAVAILABLE",
      `cannot ${doing}: ${at} does not answer (${code === "" ? told : code})`,
      { cause: reply.cause, retryable: true, context: { at } },
    );
  }
  const { status, text } = reply;
  const context = { at, status };
  const told = errorText(text);
  const suffix = told === "" ? "" : `: ${told}`;
  if (status === 401 || status === 403 || status === 419) {
    return new IcebergError(
      "CATALOG_UNAUTHORIZED",
      `cannot ${doing}: ${at} refuses the credentials (status ${status})${suffix}`,
      { context },
    );
  }
  if (status === 400 || status === 406 || status === 422 || status === 501) {
    return new IcebergError(
      "METADATA_INVALID",
      `cannot ${doing}: ${at} refuses the request (status ${status})${suffix}`,
      { context },
    );
  }
  return new IcebergError(
    "CATALOG_UNAVAILABLE",
    `cannot ${doing}: ${at} answered with status ${status}${suffix}`,
    { context, retryable: status === 408 || status === 429 || status >= 500 },
  );
}

/** What a status of 404 means where a table or a namespace was asked for. */
export function notFoundError(
  code: "TABLE_NOT_FOUND" | "NAMESPACE_NOT_FOUND",
  name: string,
  reply: HttpReply,
): IcebergError {
  const what = code === "TABLE_NOT_FOUND" ? "table" : "namespace";
  const told = reply.kind === "answer" ? errorText(reply.text) : "";
  return new IcebergError(code, `no ${what} ${name}${told === "" ? "" : `: ${told}`}`);
}
