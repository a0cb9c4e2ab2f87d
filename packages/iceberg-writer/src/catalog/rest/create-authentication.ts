import type { AuthenticationSettings } from "./authentication-settings.ts";
import type { RestAuthentication } from "./authentication.ts";
import { createOAuth2Authentication } from "./oauth2-authentication.ts";
import type { OAuth2Components } from "./oauth2-authentication.ts";
import { createSigV4Authentication } from "./sigv4-authentication.ts";

/** The authentication that the settings describe; it sends nothing before it is asked. */
export function createAuthentication(
  settings: AuthenticationSettings,
  components: OAuth2Components,
): RestAuthentication {
  switch (settings.kind) {
    case "none":
      return withHeaders({});
    case "basic": {
      const credentials = Buffer.from(`${settings.username}:${settings.password}`);
      return withHeaders({ authorization: `Basic ${credentials.toString("base64")}` });
    }
    case "token":
      return withHeaders({ authorization: `Bearer ${settings.token}` });
    case "client-credentials":
      return createOAuth2Authentication(settings, components);
    case "sigv4":
      return createSigV4Authentication(settings.signature, {
        nowMs: components.nowMs,
        delegate: createAuthentication(settings.delegate, components),
      });
    default:
      return settings satisfies never;
  }
}

/** The same proof for every request; there is no other one once it is refused. */
function withHeaders(headers: Readonly<Record<string, string>>): RestAuthentication {
  return {
    prove: (request) =>
      Promise.resolve({ ...request, headers: { ...request.headers, ...headers } }),
    renewAfter: () => false,
    [Symbol.dispose]: () => undefined,
  };
}
