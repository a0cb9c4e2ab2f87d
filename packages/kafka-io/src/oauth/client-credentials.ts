import { ConnectionError } from "../broker/broker-error.ts";
import { KafkaIoError, type KafkaIoErrorCode } from "../kafka-io-error.ts";
import type { BearerTokenSettings } from "../port/sasl-settings.ts";
import { isBearerToken } from "./bearer-message.ts";
import { readLimited } from "./read-limited.ts";

/** Where a token is asked for, and who asks. */
export type TokenEndpoint = Extract<BearerTokenSettings, { readonly kind: "endpoint" }>;

/** A token as its server gave it. */
export interface AccessToken {
  readonly value: string;
  /** Counted from the request; absent where the server does not say. */
  readonly lifetimeMs?: number;
}

/** What requests are sent with. */
export interface TokenTransport {
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs: number;
}

/** Far more than a token has, with what stands beside it. */
const ANSWER_BYTES_MAX = 256 * 1024;
const TOLD_LENGTH_MAX = 200;

/**
 * Asks for a token by the client credentials grant (RFC 6749, section 4.4), with the client's name
 * and secret in the header, as every such server takes them (section 2.3.1).
 *
 * @throws KafkaIoError `KAFKA_UNREACHABLE` (retryable) where the server is not there or cannot do
 *   it now, `KAFKA_UNAUTHORIZED` where it refuses the client, `SETTINGS_INVALID` where it is no
 *   such server. No message holds the secret.
 */
export async function requestToken(
  endpoint: TokenEndpoint,
  { fetch, timeoutMs }: TokenTransport,
): Promise<AccessToken> {
  const { uri, clientId, clientSecret, scope } = endpoint;
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    ...(scope !== undefined && { scope }),
  });
  const client = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
  let status: number;
  let text: string;
  try {
    const response = await fetch(uri, {
      method: "POST",
      headers: {
        accept: "application/json",
        authorization: `Basic ${Buffer.from(client).toString("base64")}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: form.toString(),
      // What leads elsewhere does not get the secret.
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    status = response.status;
    text = await readLimited(response, ANSWER_BYTES_MAX);
  } catch (cause) {
    throw unreachable(endpoint, cause);
  }
  if (status === 200) return readToken(endpoint, text);
  throw refusal(endpoint, status, text);
}

/** Where tokens are asked for, as messages name it: without what a query or a user could hold. */
function endpointText({ uri }: Pick<TokenEndpoint, "uri">): string {
  const { origin, pathname } = new URL(uri);
  return `token endpoint ${origin}${pathname}`;
}

function formEncoded(text: string): string {
  return new URLSearchParams({ t: text }).toString().slice(2);
}

function readToken(endpoint: TokenEndpoint, text: string): AccessToken {
  const answer = memberReader(text);
  const value = answer("access_token");
  const type = answer("token_type") ?? "bearer";
  if (typeof value !== "string" || !isBearerToken(value)) {
    throw failure("KAFKA_UNAUTHORIZED", endpoint, "its answer holds no token that can be sent");
  }
  if (typeof type !== "string" || type.toLowerCase() !== "bearer") {
    throw failure("KAFKA_UNAUTHORIZED", endpoint, "it gives no bearer tokens");
  }
  const seconds = Number(answer("expires_in") ?? Number.NaN);
  return seconds >= 0 ? { value, lifetimeMs: 1000 * seconds } : { value };
}

function refusal(endpoint: TokenEndpoint, status: number, text: string): KafkaIoError {
  const answer = memberReader(text);
  const words = [answer("error"), answer("error_description")];
  // What a server says of a request may quote it.
  const told = words
    .filter((word) => typeof word === "string")
    .join(": ")
    .replaceAll(endpoint.clientSecret, "***")
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .slice(0, TOLD_LENGTH_MAX);
  const why = `status ${status}${told === "" ? "" : `: ${told}`}`;
  if (status === 408 || status === 429 || status >= 500) {
    return failure("KAFKA_UNREACHABLE", endpoint, `it gives no token now (${why})`);
  }
  if (status < 400 || status === 404 || status === 405) {
    return failure("SETTINGS_INVALID", endpoint, `no tokens are given there (${why})`);
  }
  return failure("KAFKA_UNAUTHORIZED", endpoint, `it refuses the client (${why})`);
}

function unreachable(endpoint: TokenEndpoint, cause: unknown): KafkaIoError {
  if (cause instanceof Error && cause.name === "TimeoutError") {
    return failure("KAFKA_UNREACHABLE", endpoint, "it does not answer in time", cause);
  }
  // `fetch` wraps what happened to the connection.
  let inner = cause;
  for (let depth = 0; depth < 5 && inner instanceof Error && inner.cause !== undefined; depth++) {
    inner = inner.cause;
  }
  const told = inner instanceof Error ? inner.message : String(inner);
  const code = inner instanceof Error && "code" in inner ? String(inner.code) : "";
  const isRefused = ConnectionError.isTlsFault(code);
  return failure(
    isRefused ? "KAFKA_UNAUTHORIZED" : "KAFKA_UNREACHABLE",
    endpoint,
    told === "" ? code : told,
    cause,
  );
}

function failure(
  code: KafkaIoErrorCode,
  endpoint: TokenEndpoint,
  reason: string,
  cause?: unknown,
): KafkaIoError {
  const at = endpointText(endpoint);
  return new KafkaIoError(code, `${at}: ${reason}`, {
    context: { at },
    cause,
    retryable: code === "KAFKA_UNREACHABLE",
  });
}

/** Members of a JSON object; none of what is no such text. */
function memberReader(text: string): (name: string) => unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return (name) =>
    typeof json === "object" && json !== null && Object.hasOwn(json, name)
      ? Reflect.get(json, name)
      : undefined;
}
