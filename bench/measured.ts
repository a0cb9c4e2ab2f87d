import { cpus } from "node:os";

/** The machine that figures are of: they mean nothing without it. */
export function describeMachine(): string {
  const [cpu] = cpus();
  return `${cpu?.model ?? "unknown CPU"}, ${cpus().length} cores, Node ${process.version}`;
}

/** The round in the middle by a figure. */
export function medianBy<T>(rounds: readonly T[], figure: (round: T) => number): T {
  const sorted = rounds.toSorted((left, right) => figure(left) - figure(right));
  const median = sorted[sorted.length >> 1];
  if (median === undefined) throw new RangeError("no rounds were measured");
  return median;
}

/** Peak memory of this process so far. */
export function peakMemoryMib(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}
