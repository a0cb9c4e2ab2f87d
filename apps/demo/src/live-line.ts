import type { Writable } from "node:stream";
import { canRewriteLine } from "@salon/command-line";

/** How far the pipeline is. */
export interface PipelineCounts {
  readonly sent: number;
  readonly rows: number;
  readonly deadLetters: number;
  readonly commits: number;
}

const PLAIN_INTERVAL_MS = 2_000;
const TERMINAL_INTERVAL_MS = 200;
const CLEAR_LINE = "\r\u001b[K";

/**
 * Shows the counts as long as the work goes on, and once more at its end: on a terminal in one line
 * that is rewritten, elsewhere in a new one now and then. With the seconds that it is to take,
 * where they are known.
 */
export async function showWhile(
  work: Promise<void>,
  output: Writable & { readonly isTTY?: boolean },
  counts: () => PipelineCounts,
  seconds?: number,
): Promise<void> {
  const isTerminal = canRewriteLine(output);
  const startMs = performance.now();
  const show = (): void => {
    const text = `   ${describeCounts(counts(), performance.now() - startMs, seconds)}`;
    output.write(isTerminal ? `${CLEAR_LINE}${text}` : `${text}\n`);
  };
  const timer = setInterval(show, isTerminal ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS);
  try {
    await work;
  } finally {
    clearInterval(timer);
    show();
    if (isTerminal) output.write("\n");
  }
}

/**
 * The counts and the time as one line, of how much where that is known and not over; the lag is
 * what was sent and is in no table yet.
 */
export function describeCounts(
  counts: PipelineCounts,
  elapsedMs: number,
  goalSeconds?: number,
): string {
  const { sent, rows, deadLetters, commits } = counts;
  const passed = Math.round(elapsedMs / 1_000);
  const isOver = goalSeconds === undefined || passed >= goalSeconds;
  const seconds = `${passed}${isOver ? "" : ` of ${goalSeconds}`} s`.padStart(5);
  const parts = [
    `${number(sent)} sent`,
    `${number(rows)} rows`,
    `${number(deadLetters)} dead letters`,
    `${number(commits)} commits`,
    `lag ${number(sent - rows - deadLetters)}`,
  ];
  return `${seconds}  ${parts.join("  ")}`;
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
