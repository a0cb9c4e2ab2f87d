import { cpus } from "node:os";
import { describeCores } from "./cores.ts";

/** The machine that figures are of: they mean nothing without it. */
export function describeMachine(): string {
  const [cpu] = cpus();
  return `${cpu?.model ?? "unknown CPU"}, ${describeCores()}, Node ${process.version}`;
}

/** The round in the middle by a figure. */
export function medianBy<T>(rounds: readonly T[], figure: (round: T) => number): T {
  const sorted = rounds.toSorted((left, right) => figure(left) - figure(right));
  const median = sorted[sorted.length >> 1];
  if (median === undefined) throw new RangeError("no rounds were measured");
  return median;
}

/** The figure in the middle. */
export function median(figures: readonly number[]): number {
  return medianBy(figures, (figure) => figure);
}

/** The figure that a share of all, from 0 to 1, does not exceed. */
export function quantile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((left, right) => left - right);
  const figure = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (figure === undefined) throw new RangeError("nothing was measured");
  return figure;
}

/** Peak memory of this process so far. */
export function peakMemoryMib(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

/** A whole number for people. */
export function count(figure: number): string {
  return Math.round(figure).toLocaleString("en");
}
