import { median } from "./measured.ts";

/** What a round took. */
export interface Round {
  readonly seconds: number;
  /** User and system time of all threads, compilers and collectors among them. */
  readonly cpuSeconds: number;
}

/** Runs a round of this process's own work. */
export async function timeRound<T>(work: () => Promise<T> | T): Promise<Round & { result: T }> {
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  const result = await work();
  const cpuSeconds = cpuSecondsSince(startCpu);
  return { seconds: (performance.now() - startMs) / 1000, cpuSeconds, result };
}

/** What this process has used since a look at its use. */
export function cpuSecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/**
 * The measured rounds of each program, which run in turn: what changes on the machine meanwhile is
 * the same for all. Those before them, in which engines compile, are not among them.
 */
export async function alternate<const Name extends string, R>(
  programs: Readonly<Record<Name, () => Promise<R> | R>>,
  { warmUp, runs }: { readonly warmUp: number; readonly runs: number },
): Promise<Readonly<Record<Name, readonly R[]>>> {
  const names = Object.keys(programs) as Name[];
  const rounds = Object.fromEntries(names.map((name) => [name, [] as R[]])) as Record<Name, R[]>;
  for (let round = 0; round < warmUp + runs; round++) {
    for (const name of names) {
      const figures = await programs[name]();
      if (round >= warmUp) rounds[name].push(figures);
    }
  }
  return rounds;
}

/** How often a figure of the peer's rounds holds the own one's: the median of the pairs. */
export function pairedRatio<R>(
  peer: readonly R[],
  own: readonly R[],
  figure: (round: R) => number,
): number {
  return median(own.map((round, index) => figure(peer[index]!) / figure(round)));
}
