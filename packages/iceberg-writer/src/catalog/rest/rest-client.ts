import type { OperationOptions } from "../../io/file-io.ts";
import { serializeJson } from "../../spec/iceberg-json.ts";
import type { JsonValue } from "../../spec/iceberg-json.ts";
import type { RestAuthentication } from "./authentication.ts";
import { sendHttp } from "./http-exchange.ts";
import type { HttpReply, HttpRequest, HttpTransport } from "./http-exchange.ts";
import type { Idempotency } from "./idempotency.ts";

/** How requests reach a REST catalog. */
export interface RestClient extends HttpTransport {
  /** Without `/v1` and without a slash at its end. */
  readonly uri: string;
  /** Of every request; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly authentication: RestAuthentication;
  /** Present where the server keeps idempotency keys. */
  readonly idempotency?: Idempotency | undefined;
}

/** One request; the path begins behind the `uri`. */
export interface RestRequest {
  readonly method: HttpRequest["method"];
  readonly path: string;
  /** Of this request; names in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: JsonValue | undefined;
}

/** Times that one request is sent while the server takes its proof for outdated. */
const triesMax = 2;

/**
 * Sends one request, and once more with a new proof where the server takes ours for outdated: it
 * has applied nothing then. Never throws for what happened to it; a signal aborted before throws.
 */
export async function sendRest(
  client: RestClient,
  request: RestRequest,
  options: OperationOptions = {},
): Promise<HttpReply> {
  const { authentication } = client;
  const plain = httpRequestOf(client, request);
  for (let tries = 1; ; tries += 1) {
    options.signal?.throwIfAborted();
    let proved: HttpRequest;
    try {
      proved = await authentication.prove(plain, options);
    } catch (cause) {
      options.signal?.throwIfAborted();
      return { kind: "not-sent", cause };
    }
    const reply = await sendHttp(client, proved, options);
    const isOutdated = reply.kind === "answer" && (reply.status === 401 || reply.status === 419);
    if (!isOutdated || tries === triesMax || !authentication.renewAfter(proved)) return reply;
  }
}

function httpRequestOf(client: RestClient, request: RestRequest): HttpRequest {
  const { method, path, body } = request;
  return {
    method,
    url: `${client.uri}${path}`,
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...client.headers,
      ...request.headers,
    },
    ...(body === undefined ? {} : { body: serializeJson(body) }),
  };
}
