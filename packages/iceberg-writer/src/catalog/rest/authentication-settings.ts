import { IcebergError } from "../../iceberg-error.ts";
import { oauth2SettingsOf } from "./oauth2-settings.ts";
import type { OAuth2Settings } from "./oauth2-settings.ts";
import type { Properties } from "./rest-settings.ts";

/** How a client proves who it is; plain data, with the secrets in it. */
export type AuthenticationSettings =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | OAuth2Settings;

/**
 * Reads `rest.auth.type` as Iceberg Java does: `none`, `basic` (with `rest.auth.basic.username` and
 * `rest.auth.basic.password`) or `oauth2`, which is the default where a `token` or a `credential`
 * is given.
 *
 * Errors: `SETTINGS_INVALID`, `UNSUPPORTED`.
 */
export function authenticationSettingsOf(properties: Properties): AuthenticationSettings {
  const type = authenticationType(properties);
  switch (type) {
    case "none":
      return { kind: "none" };
    case "basic":
      return basicSettings(properties);
    case "oauth2":
      return oauth2SettingsOf(properties);
    default:
      throw new IcebergError(
        "UNSUPPORTED",
        `rest.auth.type "${type}" is not known; known: none, basic, oauth2`,
      );
  }
}

function authenticationType(properties: Properties): string {
  if (properties["rest.sigv4-enabled"]?.toLowerCase() === "true") return "sigv4";
  const hasOAuth2 = properties["token"] !== undefined || properties["credential"] !== undefined;
  return properties["rest.auth.type"]?.toLowerCase() ?? (hasOAuth2 ? "oauth2" : "none");
}

function basicSettings(properties: Properties): AuthenticationSettings {
  const username = properties["rest.auth.basic.username"];
  const password = properties["rest.auth.basic.password"];
  // What follows the first colon is the password (RFC 7617, section 2).
  if (username === undefined || username.includes(":") || password === undefined) {
    throw new IcebergError(
      "SETTINGS_INVALID",
      "rest.auth.type basic needs rest.auth.basic.password and rest.auth.basic.username, the " +
        "latter without a colon",
    );
  }
  return { kind: "basic", username, password };
}
