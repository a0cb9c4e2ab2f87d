import type { OperationOptions } from "../../io/file-io.ts";
import { RenewedLease } from "../../io/renewed-lease.ts";
import type { Lease } from "../../io/renewed-lease.ts";
import type { RestAuthentication } from "./authentication.ts";
import type { HttpRequest, HttpTransport } from "./http-exchange.ts";
import type { ClientCredentials } from "./oauth2-settings.ts";
import { requestToken } from "./oauth2-token.ts";

/** The effects of OAuth2. */
export interface OAuth2Components extends HttpTransport {
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/**
 * Bearer tokens by client credentials: replaced beside the requests before they end, and when a
 * server refuses one.
 */
export function createOAuth2Authentication(
  settings: ClientCredentials,
  components: OAuth2Components,
): RestAuthentication {
  const disposal = new AbortController();
  const request = async (): Promise<Lease<string>> => {
    const startMs = components.nowMs();
    const { value, lifetimeMs } = await requestToken(settings, components, disposal);
    const doesEnd = settings.isRenewed && lifetimeMs !== undefined;
    return {
      value: `Bearer ${value}`,
      endsAtMs: doesEnd ? startMs + lifetimeMs : undefined,
    };
  };
  const token = new RenewedLease({ request, nowMs: components.nowMs });
  return {
    async prove(plain: HttpRequest, options?: OperationOptions) {
      const authorization = await token.get(options);
      return { ...plain, headers: { ...plain.headers, authorization } };
    },
    renewAfter(refused) {
      if (settings.isRenewed) token.refuse((held) => held === refused.headers["authorization"]);
      return settings.isRenewed;
    },
    [Symbol.dispose]: () => disposal.abort(),
  };
}
