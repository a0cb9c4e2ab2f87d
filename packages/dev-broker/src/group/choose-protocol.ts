import type { Member } from "./member.ts";

/** The names that every member has. */
export function commonProtocols(members: readonly Member[]): ReadonlySet<string> {
  const [first, ...others] = members.map(
    ({ protocols }) => new Set(protocols.map(({ name }) => name)),
  );
  return others.reduce((common, names) => common.intersection(names), first ?? new Set());
}

/** The common protocol that most members prefer: each votes for the first of its own. */
export function chooseProtocol(members: readonly Member[]): string {
  const common = commonProtocols(members);
  const votes = new Map<string, number>();
  for (const { protocols } of members) {
    const preferred = protocols.find(({ name }) => common.has(name))?.name;
    if (preferred !== undefined) votes.set(preferred, (votes.get(preferred) ?? 0) + 1);
  }
  const [winner] = [...votes].toSorted(([, left], [, right]) => right - left);
  return winner?.[0] ?? "";
}
