import type { OperationOptions } from "../../io/file-io.ts";
import type { RestAuthentication } from "./authentication.ts";
import type { HttpRequest, HttpTransport } from "./http-exchange.ts";
import type { ClientCredentials } from "./oauth2-settings.ts";
import { requestToken } from "./oauth2-token.ts";

/** The effects of OAuth2. */
export interface OAuth2Components extends HttpTransport {
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** A token is replaced when a tenth of its time is left, or this much: as Iceberg Java does. */
const renewalWindowMaxMs = 300_000;
/** Between two tries to replace a token that still serves. */
const renewalPauseMs = 10_000;

interface HeldToken {
  readonly authorization: string;
  readonly renewAtMs: number;
  readonly endsAtMs: number;
}

/**
 * Bearer tokens by client credentials. The first request waits for a token, and so do all others
 * that come meanwhile; it is replaced beside the requests before it ends, and when a server
 * refuses it.
 */
export function createOAuth2Authentication(
  settings: ClientCredentials,
  components: OAuth2Components,
): RestAuthentication {
  return new OAuth2Authentication(settings, components);
}

class OAuth2Authentication implements RestAuthentication {
  readonly #settings: ClientCredentials;
  readonly #components: OAuth2Components;
  readonly #disposal = new AbortController();
  #held: HeldToken | undefined;
  #pending: Promise<HeldToken> | undefined;

  constructor(settings: ClientCredentials, components: OAuth2Components) {
    this.#settings = settings;
    this.#components = components;
  }

  async prove(request: HttpRequest, options: OperationOptions = {}): Promise<HttpRequest> {
    const { authorization } = this.#usable() ?? (await waitFor(this.#renew(), options));
    return { ...request, headers: { ...request.headers, authorization } };
  }

  renewAfter(refused: HttpRequest): boolean {
    if (!this.#settings.isRenewed) return false;
    // Another request may have brought a newer one already.
    if (refused.headers["authorization"] === this.#held?.authorization) this.#held = undefined;
    return true;
  }

  [Symbol.dispose](): void {
    this.#disposal.abort();
  }

  /** The token that still serves; one that is about to end is replaced meanwhile. */
  #usable(): HeldToken | undefined {
    const held = this.#held;
    const now = this.#components.nowMs();
    if (held === undefined || !this.#settings.isRenewed || now < held.renewAtMs) return held;
    if (now >= held.endsAtMs) return undefined;
    this.#renew().catch(() => {
      // The old one serves on, and a request that finds none left is told why.
      if (this.#held === held) this.#held = { ...held, renewAtMs: now + renewalPauseMs };
    });
    return held;
  }

  /** One request for a token at a time, whoever needs it; no caller's signal ends it. */
  #renew(): Promise<HeldToken> {
    this.#pending ??= this.#request().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #request(): Promise<HeldToken> {
    const startMs = this.#components.nowMs();
    const { signal } = this.#disposal;
    const token = await requestToken(this.#settings, this.#components, { signal });
    const lifetimeMs = token.lifetimeMs ?? Number.POSITIVE_INFINITY;
    this.#held = {
      authorization: `Bearer ${token.value}`,
      renewAtMs: startMs + lifetimeMs - Math.min(lifetimeMs / 10, renewalWindowMaxMs),
      endsAtMs: startMs + lifetimeMs,
    };
    return this.#held;
  }
}

/** The outcome, or the abort of the one who waits. */
async function waitFor<T>(outcome: Promise<T>, { signal }: OperationOptions): Promise<T> {
  if (signal === undefined) return outcome;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(signal.reason);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([outcome, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
