import { KafkaIoError } from "../kafka-io-error.ts";
import type { SaslSettings } from "../port/sasl-settings.ts";
import { type BearerTokens, createBearerTokens, type TokenComponents } from "./bearer-tokens.ts";
import { unsendableExtension } from "./bearer-message.ts";

/** How connections prove who they are: settings, with what gives tokens in the place of theirs. */
export type Credentials =
  | Extract<SaslSettings, { readonly username: string }>
  | {
      readonly mechanism: "oauthbearer";
      readonly tokens: BearerTokens;
      readonly extensions: Readonly<Record<string, string>> | undefined;
    };

/**
 * The credentials of all connections to a cluster; undefined where there is no SASL. No token is
 * asked for before the first connection.
 *
 * @throws KafkaIoError `SETTINGS_INVALID`
 */
export function createCredentials(
  sasl: SaslSettings | undefined,
  components: TokenComponents,
): Credentials | undefined {
  if (sasl?.mechanism !== "oauthbearer") return sasl;
  const { mechanism, token, extensions } = sasl;
  const unsendable = unsendableExtension(extensions ?? {});
  if (unsendable !== undefined) {
    throw new KafkaIoError(
      "SETTINGS_INVALID",
      `SASL extension "${unsendable}" cannot be sent: names are letters other than "auth", ` +
        "values printable and not empty",
    );
  }
  return { mechanism, extensions, tokens: createBearerTokens(token, components) };
}
