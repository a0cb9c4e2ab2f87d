import { IcebergError } from "../../iceberg-error.ts";
import type { OperationOptions } from "../../io/file-io.ts";
import { parseJson, readObject, readOptional, readString } from "../../spec/iceberg-json.ts";
import type { JsonValue } from "../../spec/iceberg-json.ts";
import { sendHttp } from "./http-exchange.ts";
import type { HttpReply, HttpTransport } from "./http-exchange.ts";
import type { ClientCredentials } from "./oauth2-settings.ts";
import { restError } from "./rest-error.ts";

/** A bearer token as its server gave it. */
export interface AccessToken {
  readonly value: string;
  /** Counted from the request; absent where the server does not say. */
  readonly lifetimeMs?: number;
}

const doing = "get a token";

/**
 * Asks for a token by the client credentials grant (RFC 6749, section 4.4), with the credentials in
 * the body, as Iceberg's clients send them.
 *
 * Errors: `CATALOG_UNAUTHORIZED` with the server's own words, `SETTINGS_INVALID` where there is no
 * such server, `CATALOG_UNAVAILABLE` (retryable). None shows the secret.
 */
export async function requestToken(
  settings: ClientCredentials,
  transport: HttpTransport,
  options: OperationOptions = {},
): Promise<AccessToken> {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    ...(settings.clientId === undefined ? {} : { client_id: settings.clientId }),
    client_secret: settings.clientSecret,
    ...settings.parameters,
  });
  const reply = await sendHttp(
    transport,
    {
      method: "POST",
      url: settings.uri,
      headers: {
        ...settings.headers,
        accept: "application/json",
        "content-type": "application/x-www-form-urlencoded",
      },
      body: form.toString(),
    },
    options,
  );
  if (reply.kind === "answer" && reply.status === 200) return accessToken(reply.text, settings);
  throw tokenError(reply, settings);
}

function accessToken(text: string, settings: ClientCredentials): AccessToken {
  try {
    const answer = readObject(parseJson(text, "token"), "token");
    const type = readOptional(answer["token_type"], "token_type", readString) ?? "bearer";
    // N_A: what the server gave is no access token, but may be used as one (RFC 8693, 2.2.1).
    if (!/^(?:bearer|n_a)$/iu.test(type)) throw new Error(`its type is ${type}`);
    const value = readString(answer["access_token"], "access_token");
    const lifetimeMs = 1000 * secondsOf(answer["expires_in"]);
    return lifetimeMs >= 0 ? { value, lifetimeMs } : { value };
  } catch (cause) {
    const told = cause instanceof Error ? cause.message : String(cause);
    throw new IcebergError(
      "CATALOG_UNAUTHORIZED",
      `cannot ${doing}: ${placeOf(settings)} gave none that can be used: ${told}`,
      { cause },
    );
  }
}

/** Some servers send text. */
function secondsOf(expiresIn: JsonValue | undefined): number {
  return typeof expiresIn === "string" || typeof expiresIn === "number" ? Number(expiresIn) : -1;
}

function tokenError(reply: HttpReply, settings: ClientCredentials): IcebergError {
  const at = placeOf(settings);
  if (reply.kind === "answer" && (reply.status === 404 || reply.status === 405)) {
    return new IcebergError(
      "SETTINGS_INVALID",
      `cannot ${doing}: ${at} gives none (status ${reply.status}); give oauth2-server-uri`,
    );
  }
  const error = restError({ reply: withoutSecret(reply, settings.clientSecret), doing, at });
  // A refused client, grant or scope comes as 400 (RFC 6749, section 5.2).
  return error.code === "METADATA_INVALID"
    ? new IcebergError("CATALOG_UNAUTHORIZED", error.message, { context: error.context })
    : error;
}

/** What a server says of a request may quote it. */
function withoutSecret(reply: HttpReply, secret: string): HttpReply {
  return reply.kind === "answer" ? { ...reply, text: reply.text.replaceAll(secret, "***") } : reply;
}

/** Without what a query or a user name could hold. */
function placeOf({ uri }: ClientCredentials): string {
  const { origin, pathname } = new URL(uri);
  return `token server ${origin}${pathname}`;
}
