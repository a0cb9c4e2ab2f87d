import { approximateDuration, type Logger } from "@salon/command-line";
import type { Tally } from "./tally.ts";

const LOG_INTERVAL_MS = 10_000;
/** Steps of the bar; what it shows is a share, be it of records or of time. */
const BAR_STEPS = 1_000;

/** Shows how far producing is. */
export interface Progress {
  update(tally: Tally, elapsedMs: number): void;
  /** Called before anything else is printed. */
  stop(): void;
}

/** How much there is to do; `Infinity` where that does not end it. */
export interface ProgressGoal {
  readonly records: number;
  readonly durationMs: number;
}

/** The share that is done, from 0 to 1, by records or by time, whichever is further. */
export function progressShare(goal: ProgressGoal, records: number, elapsedMs: number): number {
  return Math.min(1, Math.max(records / goal.records, elapsedMs / goal.durationMs));
}

/** A bar on standard error. cli-progress is loaded here, where there is a terminal to show it. */
export async function createProgressBar(goal: ProgressGoal): Promise<Progress> {
  const { default: cliProgress } = await import("cli-progress");
  const bar = new cliProgress.SingleBar(
    {
      format: "{bar} {percentage} % | {records} records | {rate} records/s{left}",
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      stopOnComplete: false,
      gracefulExit: false,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(BAR_STEPS, 0, { records: 0, rate: 0, left: "" });
  return {
    update: ({ records }, elapsedMs) => {
      const rate = elapsedMs > 0 ? ((records * 1_000) / elapsedMs).toFixed(1) : "0";
      const share = progressShare(goal, records, elapsedMs);
      bar.update(Math.floor(share * BAR_STEPS), {
        records: records.toLocaleString("en-US"),
        rate,
        left: leftText(share, elapsedMs),
      });
    },
    stop: () => bar.stop(),
  };
}

/** The time that the rest takes at the pace until now, as ` | 12 s left`; empty for no rest. */
export function leftText(share: number, elapsedMs: number): string {
  if (share <= 0 || share >= 1) return "";
  return ` | ${approximateDuration((elapsedMs * (1 - share)) / share)} left`;
}

/** A line of the log now and then. */
export function createProgressLog(logger: Pick<Logger, "info">): Progress {
  let nextMs = LOG_INTERVAL_MS;
  return {
    update: ({ records, valueBytes }, elapsedMs) => {
      if (elapsedMs < nextMs) return;
      nextMs = elapsedMs + LOG_INTERVAL_MS;
      logger.info({ records, bytes: valueBytes }, "producing");
    },
    stop: () => {},
  };
}
