import { readFile } from "node:fs/promises";
import { KafkaIoError } from "../kafka-io-error.ts";
import type { BearerTokenSettings } from "../port/sasl-settings.ts";
import { isBearerToken } from "./bearer-message.ts";
import { requestToken, type TokenEndpoint, type TokenTransport } from "./client-credentials.ts";

/** Gives the tokens that connections authenticate by. */
export interface BearerTokens {
  /**
   * A token that is still good for a while.
   *
   * @throws KafkaIoError `KAFKA_UNREACHABLE` (retryable), `KAFKA_UNAUTHORIZED`, `SETTINGS_INVALID`.
   */
  get(): Promise<string>;
  /** A broker has refused this one: it is not given again. */
  drop(token: string): void;
}

/** The effects of getting tokens. */
export interface TokenComponents extends TokenTransport {
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** The part of its lifetime in which a token is used. */
const LIFETIME_SHARE = 0.8;

/**
 * The tokens of a cluster's connections. Nothing is asked for before the first one.
 *
 * @throws KafkaIoError `SETTINGS_INVALID`
 */
export function createBearerTokens(
  settings: BearerTokenSettings,
  components: TokenComponents,
): BearerTokens {
  return settings.kind === "file"
    ? fileTokens(settings.path)
    : endpointTokens(checkedEndpoint(settings), components);
}

/** One request at a time, and one token for all connections until it ends. */
function endpointTokens(endpoint: TokenEndpoint, components: TokenComponents): BearerTokens {
  let held: { readonly value: string; readonly endsAtMs: number } | undefined;
  let asking: Promise<string> | undefined;
  const ask = async (): Promise<string> => {
    const startMs = components.nowMs();
    const { value, lifetimeMs = 0 } = await requestToken(endpoint, components);
    held = { value, endsAtMs: startMs + lifetimeMs * LIFETIME_SHARE };
    return value;
  };
  return {
    async get() {
      if (held !== undefined && components.nowMs() < held.endsAtMs) return held.value;
      asking ??= ask().finally(() => (asking = undefined));
      return asking;
    },
    drop(token) {
      if (held?.value === token) held = undefined;
    },
  };
}

function fileTokens(path: string): BearerTokens {
  return {
    async get() {
      let token: string;
      try {
        token = (await readFile(path, "utf8")).trim();
      } catch (cause) {
        const told = cause instanceof Error ? cause.message : String(cause);
        throw new KafkaIoError("SETTINGS_INVALID", `the token's file cannot be read: ${told}`, {
          context: { path },
          cause,
        });
      }
      if (isBearerToken(token)) return token;
      throw invalid(`the file ${path} holds no bearer token`);
    },
    drop: () => undefined,
  };
}

function checkedEndpoint(
  endpoint: Extract<BearerTokenSettings, { kind: "endpoint" }>,
): TokenEndpoint {
  const uri = URL.canParse(endpoint.uri) ? new URL(endpoint.uri) : undefined;
  const isHttp = uri?.protocol === "https:" || uri?.protocol === "http:";
  if (!isHttp || uri.username !== "" || uri.password !== "") {
    throw invalid("the token endpoint is no http: or https: URL, or holds a user");
  }
  return endpoint;
}

function invalid(message: string): KafkaIoError {
  return new KafkaIoError("SETTINGS_INVALID", `SASL OAUTHBEARER: ${message}`);
}
