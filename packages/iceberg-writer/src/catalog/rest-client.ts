import { IcebergError } from "../iceberg-error.ts";
import type { OperationOptions } from "../io/file-io.ts";
import { parseJson, serializeJson } from "../spec/iceberg-json.ts";
import type { JsonValue } from "../spec/iceberg-json.ts";

/** How requests reach a REST catalog. */
export interface RestClientOptions {
  /** Without `/v1` and without a slash at its end. */
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly fetch: typeof globalThis.fetch;
}

/** One request; the path begins behind the `uri`. */
export interface RestRequest {
  readonly method: "GET" | "HEAD" | "POST" | "DELETE";
  readonly path: string;
  readonly body?: JsonValue | undefined;
}

/** What came back: an answer, or the knowledge of whether the request can have arrived. */
export type RestReply =
  | { readonly kind: "answer"; readonly status: number; readonly text: string }
  | { readonly kind: "not-sent"; readonly cause: unknown }
  | { readonly kind: "no-answer"; readonly cause: unknown };

/** Errors of a connection that was never made: the server has seen nothing of the request. */
const neverConnected: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** Sends one request. Never throws for what happened to it. */
export async function sendRest(
  client: RestClientOptions,
  request: RestRequest,
  options: OperationOptions = {},
): Promise<RestReply> {
  options.signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(client.timeoutMs);
  const signal =
    options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  try {
    const response = await client.fetch(`${client.uri}${request.path}`, {
      method: request.method,
      headers: {
        accept: "application/json",
        ...(request.body === undefined ? {} : { "content-type": "application/json" }),
        ...client.headers,
      },
      ...(request.body === undefined ? {} : { body: serializeJson(request.body) }),
      // A redirected POST would arrive as a GET.
      redirect: request.method === "GET" ? "follow" : "manual",
      signal,
    });
    return { kind: "answer", status: response.status, text: await response.text() };
  } catch (cause) {
    const kind = neverConnected.has(connectionErrorCode(cause)) ? "not-sent" : "no-answer";
    return { kind, cause };
  }
}

/** The error model of the REST specification, `{ error: { message, type } }`, where it is one. */
export function restErrorMessage(text: string): string {
  try {
    const body = parseJson(text, "answer");
    const error = memberOf(body, "error");
    const message = memberOf(error, "message");
    const type = memberOf(error, "type");
    if (typeof message === "string") {
      return typeof type === "string" ? `${type}: ${message}` : message;
    }
  } catch {
    // No JSON: a proxy or another server has answered.
  }
  const plain = text.replaceAll(/\s+/gu, " ").trim();
  return plain.length > 200 ? `${plain.slice(0, 200)}…` : plain;
}

/**
 * What any call means that the catalog refused or that did not come through; `doing` completes
 * "cannot …". 404 and 409 depend on the call and belong to the caller.
 */
export function restError(
  client: RestClientOptions,
  reply: RestReply,
  doing: string,
): IcebergError {
  const at = `catalog ${client.uri}`;
  if (reply.kind !== "answer") {
    const code = connectionErrorCode(reply.cause);
    const told = reply.cause instanceof Error ? reply.cause.message : String(reply.cause);
    return new IcebergError(
      "CATALOG_UNAVAILABLE",
      `cannot ${doing}: ${at} does not answer (${code === "" ? told : code})`,
      { cause: reply.cause, retryable: true, context: { uri: client.uri } },
    );
  }
  const { status, text } = reply;
  const context = { uri: client.uri, status };
  const told = restErrorMessage(text);
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

function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

/** `fetch` wraps the error of the connection, several deep. */
function connectionErrorCode(error: unknown): string {
  for (let inner = error, depth = 0; inner instanceof Error && depth < 5; depth += 1) {
    if ("code" in inner && typeof inner.code === "string") return inner.code;
    inner = inner instanceof AggregateError ? inner.errors[0] : inner.cause;
  }
  return "";
}
