import { type LogSettings, resolveLogFormat } from "./log-options.ts";

/** Work that is done sooner shows nothing. */
const FIRST_MS = 1_000;
const INTERVAL_MS = 250;
const CLEAR_LINE = "\r\u001b[K";

/** A terminal as far as a line on it needs one. */
export interface StatusTerminal {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Where a status line is shown, and whether. */
export interface StatusLineSettings {
  readonly log: LogSettings;
  /** Default: standard error. */
  readonly terminal?: StatusTerminal | undefined;
  /** Default: the environment's `TERM`, of which `dumb` cannot rewrite a line. */
  readonly terminalType?: string | undefined;
}

/** Whether a line that was written can be written anew: on a terminal that is not a `dumb` one. */
export function canRewriteLine(
  terminal: Pick<StatusTerminal, "isTTY">,
  terminalType: string | undefined = process.env["TERM"],
): boolean {
  return terminal.isTTY === true && terminalType !== "dumb";
}

/**
 * Waits for some work and shows on a terminal, from its second second on, what it is doing and for
 * how long: in one line that is rewritten, and gone when the work is done. Nothing is shown where
 * there is no terminal, or where the log is JSON.
 */
export async function withStatusLine<Result>(
  work: Promise<Result>,
  describe: () => string,
  settings: StatusLineSettings,
): Promise<Result> {
  const { log, terminal = process.stderr, terminalType } = settings;
  const isTerminal = canRewriteLine(terminal, terminalType);
  if (!isTerminal || resolveLogFormat(log, isTerminal) === "json") return work;
  const startMs = performance.now();
  let isShown = false;
  const show = (): void => {
    const elapsedMs = performance.now() - startMs;
    if (elapsedMs < FIRST_MS) return;
    isShown = true;
    terminal.write(`${CLEAR_LINE}${statusText(describe(), elapsedMs, terminal.columns)}`);
  };
  const timer = setInterval(show, INTERVAL_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (isShown) terminal.write(CLEAR_LINE);
  }
}

/**
 * A line that is as wide as the terminal would be wrapped, and could not be rewritten. Terminals
 * that do not know how wide they are say 0.
 */
function statusText(description: string, elapsedMs: number, width: number | undefined): string {
  const columns = width === undefined || width === 0 ? 80 : width;
  const text = `${description}, ${Math.floor(elapsedMs / 1_000)} s`;
  return text.length < columns ? text : `${text.slice(0, Math.max(columns - 2, 0))}…`;
}
