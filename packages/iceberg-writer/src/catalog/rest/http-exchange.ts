import { certificateFault } from "../../io/certificate-fault.ts";
import type { OperationOptions } from "../../io/file-io.ts";
import { readEtag } from "./etag.ts";
import type { AnswerHeaders } from "./etag.ts";
import { CONNECT_TIMEOUT } from "./node-http.ts";

/** One HTTP request, whole. */
export interface HttpRequest {
  readonly method: FetchInit["method"];
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** What came back: an answer, or the knowledge of whether the request can have arrived. */
export type HttpReply =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly text: string;
      /** As the server gave it; absent where it gave none. */
      readonly etag?: string;
    }
  | { readonly kind: "not-sent"; readonly cause: unknown }
  | { readonly kind: "no-answer"; readonly cause: unknown };

/** What the catalog asks of `fetch`. */
export interface FetchInit {
  readonly method: "GET" | "HEAD" | "POST" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly redirect: "follow" | "manual";
  readonly signal: AbortSignal;
}

/** What it looks at of an answer. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** As much of `fetch` as is used: the global one is one. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;

/** What requests are sent with. */
export interface HttpTransport {
  readonly fetch: Fetch;
  readonly timeoutMs: number;
}

/** Errors of a connection that was never made: the server has seen nothing of the request. */
const neverConnected: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  CONNECT_TIMEOUT,
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Sends one request. Never throws for what happened to it; a signal aborted before throws. */
export async function sendHttp(
  transport: HttpTransport,
  request: HttpRequest,
  options: OperationOptions = {},
): Promise<HttpReply> {
  options.signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(transport.timeoutMs);
  const signal =
    options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  try {
    const response = await transport.fetch(request.url, {
      method: request.method,
      headers: request.headers,
      ...(request.body === undefined ? {} : { body: request.body }),
      // A redirected POST would arrive as a GET.
      redirect: request.method === "GET" ? "follow" : "manual",
      signal,
    });
    const etag = readEtag(response.headers);
    return {
      kind: "answer",
      status: response.status,
      text: await readText(response),
      ...(etag === undefined ? {} : { etag }),
    };
  } catch (cause) {
    const isNotSent = isNeverConnected(cause) || certificateFault(cause) !== undefined;
    return { kind: isNotSent ? "not-sent" : "no-answer", cause };
  }
}

/** More than the metadata of any table: what sends more means harm, or is no catalog. */
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;

async function readText(response: FetchResponse): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop ends the answer.
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > ANSWER_BYTES_MAX) {
      throw new RangeError(`its answer has more than ${ANSWER_BYTES_MAX} bytes`);
    }
    parts.push(part);
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}

/** A route may be lost under a connection that was made: the same codes then come of its use. */
function isNeverConnected(error: unknown): boolean {
  const { code = "", syscall = "connect" } = systemErrorOf(error) ?? {};
  return neverConnected.has(code) && !/^(?:read|write)/u.test(syscall);
}

/** The system's name for what broke a connection, `""` where it has none. */
export function connectionErrorCode(error: unknown): string {
  return systemErrorOf(error)?.code ?? "";
}

/** What broke a connection, in the system's words; `fetch` wraps it, several deep. */
function systemErrorOf(
  error: unknown,
): { readonly code: string; readonly syscall?: string } | undefined {
  for (let inner = error, depth = 0; inner instanceof Error && depth < 5; depth += 1) {
    if ("code" in inner && typeof inner.code === "string") {
      const { code } = inner;
      return "syscall" in inner ? { code, syscall: String(inner.syscall) } : { code };
    }
    inner = inner instanceof AggregateError ? inner.errors[0] : inner.cause;
  }
  return undefined;
}
