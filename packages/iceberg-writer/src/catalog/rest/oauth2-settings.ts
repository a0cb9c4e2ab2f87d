import { IcebergError } from "../../iceberg-error.ts";
import { catalogUri, headerProperties } from "./rest-settings.ts";
import type { Properties } from "./rest-settings.ts";

/** A bearer token that was given, or how to be given one (RFC 6749, section 4.4). */
export type OAuth2Settings = { readonly kind: "token"; readonly token: string } | ClientCredentials;

/** What a client shows to be given a token. */
export interface ClientCredentials {
  readonly kind: "client-credentials";
  /** Where tokens are given. */
  readonly uri: string;
  readonly clientId?: string;
  readonly clientSecret: string;
  /** `scope`, `audience` and `resource` of the token that is asked for. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Sent along, as with every request to the catalog; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether a token that ends is replaced. */
  readonly isRenewed: boolean;
}

/**
 * Reads `credential` (`id:secret`, or a secret alone), `token`, `oauth2-server-uri` (by default the
 * catalog's own `v1/oauth/tokens`), `scope` (by default `catalog`), `audience`, `resource` and
 * `token-refresh-enabled` (by default true). A credential wins over a token, which ends.
 *
 * Errors: `SETTINGS_INVALID`, without a secret in the message.
 */
export function oauth2SettingsOf(properties: Properties): OAuth2Settings {
  const { credential, token, scope = "catalog", audience, resource } = properties;
  if (credential === undefined) {
    if (token !== undefined && token !== "") return { kind: "token", token };
    throw invalid("rest.auth.type oauth2 needs a credential or a token");
  }
  // What proves us to the catalog by itself is not for the token server.
  const { authorization: _, ...headers } = headerProperties(properties);
  const colon = credential.indexOf(":");
  const clientId = colon < 0 ? "" : credential.slice(0, colon).trim();
  const clientSecret = credential.slice(colon + 1).trim();
  if (clientSecret === "") throw invalid("credential is neither id:secret nor a secret");
  return {
    kind: "client-credentials",
    uri: tokenUri(catalogUri(properties), properties["oauth2-server-uri"] ?? "v1/oauth/tokens"),
    ...(clientId === "" ? {} : { clientId }),
    clientSecret,
    parameters: {
      ...(scope === "" ? {} : { scope }),
      ...(audience === undefined ? {} : { audience }),
      ...(resource === undefined ? {} : { resource }),
    },
    headers,
    isRenewed: properties["token-refresh-enabled"]?.toLowerCase() !== "false",
  };
}

/** A path is one of the catalog's. */
function tokenUri(catalog: string, uri: string): string {
  const whole = /^https?:/iu.test(uri) ? uri : `${catalog}/${uri.replace(/^\/+/u, "")}`;
  if (!URL.canParse(whole)) throw invalid(`oauth2-server-uri "${uri}" is no URL`);
  return whole;
}

function invalid(message: string): IcebergError {
  return new IcebergError("SETTINGS_INVALID", message);
}
