import type { SaslSettings } from "@salon/kafka-io";
import type { Command, Option } from "commander";
import { readNameValues } from "./name-value.ts";
import { choiceOption, repeatableOption, textOption } from "./option.ts";
import { readSecretFile } from "./text-file.ts";
import { type GivenFlags, refuseBoth, refuseWithout, usageError } from "./usage-error.ts";

/** Kafka's names for how a user is authenticated. */
export type SaslMechanism = "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512" | "OAUTHBEARER";

/** A secret of the command line, or the file that holds it. */
interface SecretArgument {
  readonly text?: string | undefined;
  readonly file?: string | undefined;
}

/** What the command line says of authentication; files are not read yet. */
export type SaslArguments =
  | {
      readonly mechanism: Exclude<SaslMechanism, "OAUTHBEARER">;
      readonly username: string;
      readonly password: SecretArgument;
    }
  | {
      readonly mechanism: "OAUTHBEARER";
      readonly extensions: Readonly<Record<string, string>>;
      readonly token:
        | { readonly kind: "file"; readonly path: string }
        | {
            readonly kind: "endpoint";
            readonly uri: string;
            readonly clientId: string;
            readonly clientSecret: SecretArgument;
            readonly scope?: string | undefined;
          };
    };

const MECHANISMS = {
  PLAIN: "plain",
  "SCRAM-SHA-256": "scram-sha-256",
  "SCRAM-SHA-512": "scram-sha-512",
  OAUTHBEARER: "oauthbearer",
} as const satisfies Record<SaslMechanism, SaslSettings["mechanism"]>;

/** The values of the options, as commander names them. */
export interface SaslOptionValues {
  readonly saslMechanism?: SaslMechanism;
  readonly saslUsername?: string;
  readonly saslPassword?: string;
  readonly saslPasswordFile?: string;
  readonly saslOauthTokenEndpoint?: string;
  readonly saslOauthClientId?: string;
  readonly saslOauthClientSecret?: string;
  readonly saslOauthClientSecretFile?: string;
  readonly saslOauthScope?: string;
  readonly saslOauthTokenFile?: string;
}

const EXTENSION_FLAG = "--sasl-oauth-extension";

/** The options that say how to authenticate. No secret has a default. */
export function saslOptions(): readonly Option[] {
  return [
    choiceOption(
      "--sasl-mechanism <name>",
      "how to authenticate (default: PLAIN)",
      Object.keys(MECHANISMS),
    ),
    textOption("--sasl-username <name>", "user to authenticate as"),
    textOption("--sasl-password <text>", "its password; others see it in the process list"),
    textOption("--sasl-password-file <path>", "file that holds the password"),
    textOption("--sasl-oauth-token-endpoint <url>", "gives tokens for client credentials"),
    textOption("--sasl-oauth-client-id <name>", "client to be given tokens as"),
    textOption(
      "--sasl-oauth-client-secret <text>",
      "its secret; others see it in the process list",
    ),
    textOption("--sasl-oauth-client-secret-file <path>", "file that holds the client's secret"),
    textOption("--sasl-oauth-scope <text>", "scope of the tokens"),
    textOption("--sasl-oauth-token-file <path>", "file with a token, read for each connection"),
    repeatableOption(
      `${EXTENSION_FLAG} <name=value>`,
      "told to the broker beside the token, as logicalCluster; repeatable, in the variable by commas",
    ),
  ];
}

/**
 * What the options say, where the security protocol has SASL (`protocol` is undefined elsewhere).
 *
 * Throws `USAGE_INVALID` for options that lack their partner or would have no effect.
 */
export function readSasl(
  command: Command,
  values: SaslOptionValues,
  protocol: string | undefined,
): SaslArguments | undefined {
  const { saslMechanism: mechanism = "PLAIN" } = values;
  const extensions = readNameValues(command, EXTENSION_FLAG);
  const passwords = {
    "--sasl-username": values.saslUsername,
    "--sasl-password": values.saslPassword,
    "--sasl-password-file": values.saslPasswordFile,
  };
  const tokens = {
    "--sasl-oauth-token-file": values.saslOauthTokenFile,
    ...endpointFlags(values),
    [EXTENSION_FLAG]: Object.keys(extensions)[0],
  };
  if (protocol === undefined) {
    refuseWithout("--security-protocol SASL_PLAINTEXT or SASL_SSL", {
      "--sasl-mechanism": values.saslMechanism,
      ...passwords,
      ...tokens,
    });
    return undefined;
  }
  if (mechanism === "OAUTHBEARER") {
    refuseWithout("another --sasl-mechanism than OAUTHBEARER", passwords);
    return { mechanism, extensions, token: readToken(values) };
  }
  refuseWithout("--sasl-mechanism OAUTHBEARER", tokens);
  if (values.saslUsername === undefined) throw usageError(`${protocol} needs --sasl-username`);
  const password = readSecret(protocol, {
    "--sasl-password": values.saslPassword,
    "--sasl-password-file": values.saslPasswordFile,
  });
  return { mechanism, username: values.saslUsername, password };
}

/**
 * Reads the files that the arguments name, but for that of a token, which changes.
 *
 * Throws `FILE_UNREADABLE` naming flag and path.
 */
export async function loadSasl(sasl: SaslArguments): Promise<SaslSettings> {
  if (sasl.mechanism !== "OAUTHBEARER") {
    const { username, password } = sasl;
    return {
      mechanism: MECHANISMS[sasl.mechanism],
      username,
      password: await loadSecret("--sasl-password-file", password),
    };
  }
  const { token, extensions } = sasl;
  const mechanism = MECHANISMS[sasl.mechanism];
  if (token.kind === "file") return { mechanism, token, extensions };
  const flag = "--sasl-oauth-client-secret-file";
  const clientSecret = await loadSecret(flag, token.clientSecret);
  return { mechanism, token: { ...token, clientSecret }, extensions };
}

type TokenArguments = Extract<SaslArguments, { mechanism: "OAUTHBEARER" }>["token"];

function readToken(values: SaslOptionValues): TokenArguments {
  const { saslOauthTokenFile: path, saslOauthTokenEndpoint: uri } = values;
  const { saslOauthClientId: clientId, saslOauthScope: scope } = values;
  if (path !== undefined) {
    refuseWithout("no --sasl-oauth-token-file beside it", endpointFlags(values));
    return { kind: "file", path };
  }
  const needed = "--sasl-mechanism OAUTHBEARER needs";
  if (uri === undefined) {
    throw usageError(`${needed} --sasl-oauth-token-endpoint or --sasl-oauth-token-file`);
  }
  if (clientId === undefined) throw usageError(`${needed} --sasl-oauth-client-id`);
  const clientSecret = readSecret("--sasl-oauth-token-endpoint", {
    "--sasl-oauth-client-secret": values.saslOauthClientSecret,
    "--sasl-oauth-client-secret-file": values.saslOauthClientSecretFile,
  });
  return { kind: "endpoint", uri, clientId, clientSecret, scope };
}

function endpointFlags(values: SaslOptionValues): GivenFlags {
  return {
    "--sasl-oauth-token-endpoint": values.saslOauthTokenEndpoint,
    "--sasl-oauth-client-id": values.saslOauthClientId,
    "--sasl-oauth-client-secret": values.saslOauthClientSecret,
    "--sasl-oauth-client-secret-file": values.saslOauthClientSecretFile,
    "--sasl-oauth-scope": values.saslOauthScope,
  };
}

/** The one of two flags, text and file, that is given. */
function readSecret(needing: string, flags: GivenFlags): SecretArgument {
  refuseBoth(flags);
  const [text, file] = Object.values(flags);
  if (text !== undefined || file !== undefined) return { text, file };
  throw usageError(`${needing} needs ${Object.keys(flags).toReversed().join(" or ")}`);
}

async function loadSecret(flag: string, secret: SecretArgument): Promise<string> {
  return secret.text ?? (await readSecretFile(flag, secret.file)) ?? "";
}
