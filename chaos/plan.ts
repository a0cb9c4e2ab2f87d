/** Where in a member's work it is stopped. Each is a request that separates two effects. */
export const GATES = [
  /** It has fetched and asks for more. */
  "after-fetch",
  /** A Parquet file is on its way and the store does not have it. */
  "during-upload",
  /** All files are there; the commit has not reached the catalog. */
  "before-commit",
  /** The catalog has committed; the member does not know. */
  "commit-unanswered",
  /** Committed and known; the group's offsets do not follow yet. */
  "before-mirror",
  /** It has joined the group and has no partitions yet. */
  "during-assignment",
] as const;

export type Gate = (typeof GATES)[number];

/** Where a member stands still beyond its session, and what becomes of its commit meanwhile. */
export const FREEZES = [
  /** It lands after others went on. */
  "commit-lands-late",
  /** It is done and its answer comes after others went on. */
  "answer-comes-late",
] as const;

export type Freeze = (typeof FREEZES)[number];

/** What happens around the members. */
export const DISTURBANCES = [
  /** A commit is done, and its connection broken before the answer. */
  "answer-lost",
  /** A commit is answered by 504, and lands when the member has looked and tried again. */
  "commit-late",
  /** The store stands still for a while. */
  "store-pause",
  /** Kafka ends and starts again with its data. */
  "broker-restart",
  /** One of several brokers is killed, and comes back when others lead its partitions. */
  "broker-killed",
  /** The topic has one partition more. */
  "partition-added",
  /** A member leaves and joins again, several times, a second each. */
  "churn",
  /** Spark rewrites the data files while the members commit. */
  "compaction",
  /** Spark expires all snapshots but the newest while the members commit. */
  "expiry",
] as const;

export type Disturbance = (typeof DISTURBANCES)[number];

/** Something that is done to the run, named by what it does. */
export type Fault =
  | { readonly kind: "kill"; readonly gate: Gate; readonly member: number }
  | { readonly kind: "freeze"; readonly freeze: Freeze; readonly member: number }
  | { readonly kind: "disturbance"; readonly disturbance: Disturbance; readonly member: number };

/** How many faults of each kind, and for how many members. */
export interface PlanSettings {
  readonly seed: number;
  readonly memberCount: number;
  readonly kills: number;
  readonly freezes: number;
  readonly disturbances: number;
  /** Those that the catalog bears. */
  readonly disturbanceKinds: readonly Disturbance[];
}

/**
 * Faults that happen at the same time, no two of them to the same member; the next round starts
 * when all have happened. Freezes and disturbances have rounds of their own, for the others must go
 * on meanwhile.
 */
export type Round = readonly Fault[];

/** The rounds of a seed: everything of a kind equally often, give or take one, in drawn order. */
export function createPlan(settings: PlanSettings): readonly Round[] {
  const { seed, memberCount, kills, freezes, disturbances, disturbanceKinds } = settings;
  const random = createRandom(seed);
  const gates = shuffled(repeated(GATES, kills), random);
  const rounds: Round[] = [];
  for (let start = 0; start < gates.length;) {
    // At least one member goes on, so that a rebalance has someone to wait for the others.
    const size = 1 + Math.floor(random() * Math.max(memberCount - 1, 1));
    const members = shuffled([...Array(memberCount).keys()], random);
    const chosen = gates.slice(start, start + size);
    start += chosen.length;
    rounds.push(chosen.map((gate, at) => ({ kind: "kill", gate, member: members[at] ?? 0 })));
  }
  const anyMember = (): number => Math.floor(random() * memberCount);
  for (const freeze of repeated(FREEZES, freezes)) {
    rounds.push([{ kind: "freeze", freeze, member: anyMember() }]);
  }
  for (const disturbance of repeated(disturbanceKinds, disturbances)) {
    rounds.push([{ kind: "disturbance", disturbance, member: anyMember() }]);
  }
  return shuffled(rounds, random);
}

/** A fault's name in the report. */
export function faultName(fault: Fault): string {
  switch (fault.kind) {
    case "kill":
      return `kill ${fault.gate}`;
    case "freeze":
      return `freeze ${fault.freeze}`;
    case "disturbance":
      return fault.disturbance;
    default:
      return fault satisfies never;
  }
}

function repeated<T>(values: readonly T[], count: number): readonly T[] {
  return Array.from({ length: count }, (_, at) => values[at % values.length]).filter(
    (value): value is T => value !== undefined,
  );
}

function shuffled<T>(values: readonly T[], random: () => number): readonly T[] {
  return values
    .map((value) => ({ value, rank: random() }))
    .toSorted((left, right) => left.rank - right.rank)
    .map(({ value }) => value);
}

/** Mulberry32: 32 bits of state, from 0 to below 1. */
function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
