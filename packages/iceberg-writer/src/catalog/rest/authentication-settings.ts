import { IcebergError } from "../../iceberg-error.ts";
import { oauth2SettingsOf } from "./oauth2-settings.ts";
import type { OAuth2Settings } from "./oauth2-settings.ts";
import type { Properties } from "./rest-settings.ts";
import { sigV4SettingsOf } from "./sigv4-settings.ts";
import type { SigV4Settings } from "./sigv4-settings.ts";

/** How a client proves who it is; plain data, with the secrets in it. */
export type AuthenticationSettings =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | OAuth2Settings
  | {
      readonly kind: "sigv4";
      readonly signature: SigV4Settings;
      /** What is proved beside the signature. */
      readonly delegate: AuthenticationSettings;
    };

/**
 * Reads `rest.auth.type` as Iceberg Java does: `none`, `basic` (with `rest.auth.basic.username` and
 * `rest.auth.basic.password`), `oauth2`, which is the default where a `token` or a `credential` is
 * given, or `sigv4`, which `rest.sigv4-enabled` means too.
 *
 * Errors: `SETTINGS_INVALID`, `UNSUPPORTED`.
 */
export function authenticationSettingsOf(properties: Properties): AuthenticationSettings {
  const isSigned = properties["rest.sigv4-enabled"]?.toLowerCase() === "true";
  const type = isSigned ? "sigv4" : properties["rest.auth.type"]?.toLowerCase();
  if (type !== "sigv4") return unsignedSettings(type ?? defaultType(properties), properties);
  const delegate = properties["rest.auth.sigv4.delegate-auth-type"]?.toLowerCase();
  return {
    kind: "sigv4",
    signature: sigV4SettingsOf(properties),
    delegate: unsignedSettings(delegate ?? defaultType(properties), properties),
  };
}

function defaultType(properties: Properties): string {
  const hasOAuth2 = properties["token"] !== undefined || properties["credential"] !== undefined;
  return hasOAuth2 ? "oauth2" : "none";
}

function unsignedSettings(type: string, properties: Properties): AuthenticationSettings {
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
        `rest.auth.type "${type}" is not known; known: none, basic, oauth2, sigv4`,
      );
  }
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
