import type { RivalHabits } from "./sim-rival.ts";
import type { SimWorld } from "./sim-world.ts";

/** What happens to few histories. */
export type RareKind =
  | "topic-recreated"
  | "other-cluster"
  | "table-replaced"
  | "restless-rivals"
  | "expiring-rivals"
  | "forgetting-rivals"
  | "forgotten-dead-letters"
  | "two-sources"
  | "recovered";

/** Of so many histories each kind has one. */
export const RARE_EVERY = 20;

/** By the seed's number, so that all other histories stay what they are. */
const KINDS: ReadonlyMap<number, RareKind> = new Map([
  [0, "topic-recreated"],
  [3, "forgetting-rivals"],
  [5, "other-cluster"],
  [8, "expiring-rivals"],
  [10, "table-replaced"],
  [12, "restless-rivals"],
  [13, "forgotten-dead-letters"],
  [15, "two-sources"],
  [18, "recovered"],
]);

/** Those in which rivals come often, and stand still in the midst of what they do. */
const RESTLESS: ReadonlySet<RareKind | undefined> = new Set<RareKind>([
  "restless-rivals",
  "expiring-rivals",
  "forgetting-rivals",
  "forgotten-dead-letters",
]);

export function rareKindOf(seed: number): RareKind | undefined {
  return KINDS.get(seed % RARE_EVERY);
}

/** Rows tell nobody of a position then. */
export function isDeadAlone(kind: RareKind | undefined): boolean {
  return kind === "forgotten-dead-letters";
}

export function isRestless(kind: RareKind | undefined): boolean {
  return RESTLESS.has(kind);
}

/** What rivals do in a history. */
export function rivalHabits(kind: RareKind | undefined, world: SimWorld): RivalHabits {
  const drawn = (["properties", "snapshots", "nothing"] as const)[world.between(0, 2)];
  // Who ends for good would not mend what is undone, and nor can who comes to another table.
  const mayRollBack = kind === undefined || kind === "two-sources";
  return {
    rollsBack: (world.chance(0.5) && mayRollBack) || kind === "restless-rivals",
    tidies: TIDIED.get(kind) ?? drawn ?? "nothing",
    movesBranch: kind === "expiring-rivals" || kind === "forgetting-rivals",
    standsStill: isRestless(kind),
    snapshotsMin: isRestless(kind) ? 2 : 4,
  };
}

/** Who expires so much leaves the copy of the position alone, or nobody knows the position. */
const TIDIED: ReadonlyMap<RareKind | undefined, RivalHabits["tidies"]> = new Map<
  RareKind | undefined,
  RivalHabits["tidies"]
>([
  ["expiring-rivals", "snapshots"],
  ["forgetting-rivals", "both"],
  ["forgotten-dead-letters", "both"],
]);
