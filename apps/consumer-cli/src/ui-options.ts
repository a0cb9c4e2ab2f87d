import {
  type Command,
  CommandLineError,
  integerOption,
  readSecretFile,
  textOption,
} from "@salon/command-line";
import type { ServerSettings } from "@salon/monitor";

const DEFAULT_PORT = 4_040;
const TOKEN_LENGTH_MIN = 16;
const TOKEN_FORM = new RegExp(`^[\\x21-\\x7e]{${TOKEN_LENGTH_MIN},}$`);

/** Where the status page is, and who may look; files are not read yet. */
export interface UiArguments {
  readonly host: string;
  readonly port: number;
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
}

interface UiOptionValues {
  readonly ui: boolean;
  readonly uiHost: string;
  readonly uiPort: number;
  readonly uiToken?: string;
  readonly uiTokenFile?: string;
}

/** Adds `--ui-host`, `--ui-port`, `--ui-token`, `--ui-token-file` and `--no-ui`. */
export function addUiOptions(command: Command): void {
  const options = [
    textOption("--ui-host <address>", "where status page and metrics listen", "127.0.0.1"),
    integerOption(
      "--ui-port <number>",
      "their port, or the next one that is free; 0 takes any",
      { min: 0, max: 65_535 },
      DEFAULT_PORT,
    ),
    textOption("--ui-token <text>", "asks for this token; needed beyond loopback"),
    textOption("--ui-token-file <path>", "file that holds the token"),
    textOption("--no-ui", "no status page, no metrics, no probes"),
  ];
  for (const option of options) command.addOption(option.helpGroup("Status page:"));
}

/**
 * What the options of {@link addUiOptions} say; undefined where no page is wanted.
 *
 * Throws `USAGE_INVALID` naming the flag.
 */
export function readUiArguments(command: Command): UiArguments | undefined {
  const { ui, uiHost: host, uiPort: port, uiToken, uiTokenFile } = command.opts<UiOptionValues>();
  if (!ui) return undefined;
  if (host === "") throw usageError("--ui-host must not be empty");
  if (uiToken !== undefined && uiTokenFile !== undefined) {
    throw usageError("--ui-token and --ui-token-file exclude each other");
  }
  if (uiToken !== undefined) checkToken("--ui-token", uiToken);
  return { host, port, token: uiToken, tokenFile: uiTokenFile };
}

/**
 * Where the page is to be, with the token that the arguments say or name.
 *
 * Throws `FILE_UNREADABLE`, and `USAGE_INVALID` for a page that others could see without a token.
 */
export async function loadUiSettings(ui: UiArguments): Promise<ServerSettings> {
  const { host, port, token, tokenFile } = ui;
  const read = await readSecretFile("--ui-token-file", tokenFile);
  if (read !== undefined) checkToken("the file of --ui-token-file", read);
  // Loaded here, so that --help need not wait for it.
  const { isLoopback } = await import("@salon/monitor");
  if ((token ?? read) === undefined && !isLoopback(host)) {
    throw usageError(
      `--ui-host ${host} can be reached by others: it needs --ui-token-file or --ui-token`,
    );
  }
  return { host, port, token: token ?? read };
}

/** The token itself stays out of the message. */
function checkToken(where: string, token: string): void {
  if (TOKEN_FORM.test(token)) return;
  throw usageError(
    `${where} must have at least ${TOKEN_LENGTH_MIN} characters, letters, digits and signs only`,
  );
}

function usageError(message: string): CommandLineError {
  return new CommandLineError("USAGE_INVALID", message);
}
