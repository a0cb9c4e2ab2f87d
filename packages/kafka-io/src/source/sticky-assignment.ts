/** A member of a group that wants the topic, and what it says that it has. */
export interface StickyMember {
  readonly memberId: string;
  readonly owned: readonly number[];
  /** The generation in which it was given that; -1 for none. */
  readonly generationId: number;
}

/**
 * Shares out the partitions evenly, so that no member has two more than another, and that as few
 * as possible change hands. What has to is given to nobody in this generation as long as a member
 * has it: that one gives it back and joins again, and the next generation has it to give (KIP-429).
 * Every member is in the answer, also with nothing.
 */
export function assignCooperatively(
  partitions: readonly number[],
  members: readonly StickyMember[],
): Map<string, number[]> {
  const owners = ownersOf(partitions, members);
  const target = assignSticky(partitions, members, owners);
  for (const [memberId, share] of target) {
    const given = share.filter((partition) => {
      const owner = owners.get(partition);
      return owner === undefined || (owner.length === 1 && owner[0] === memberId);
    });
    target.set(memberId, given);
  }
  return target;
}

/**
 * Who has each partition: of several that say so those of the latest generation, as the others have
 * missed that it was given to somebody else.
 */
function ownersOf(
  partitions: readonly number[],
  members: readonly StickyMember[],
): ReadonlyMap<number, readonly string[]> {
  const owners = new Map<number, string[]>();
  for (const partition of partitions) {
    const claiming = members.filter(({ owned }) => owned.includes(partition));
    const latest = Math.max(...claiming.map(({ generationId }) => generationId));
    const valid = claiming.filter(({ generationId }) => generationId === latest);
    if (valid.length > 0) {
      owners.set(
        partition,
        valid.map(({ memberId }) => memberId),
      );
    }
  }
  return owners;
}

function assignSticky(
  partitions: readonly number[],
  members: readonly StickyMember[],
  owners: ReadonlyMap<number, readonly string[]>,
): Map<string, number[]> {
  const memberIds = members.map(({ memberId }) => memberId).sort();
  const shares = new Map<string, number[]>(memberIds.map((memberId) => [memberId, []]));
  if (memberIds.length === 0) return shares;
  const quota = Math.floor(partitions.length / memberIds.length);
  /** How many members have one more than the quota. */
  let larger = partitions.length % memberIds.length;
  const given = new Set<number>();
  for (const [memberId, share] of shares) {
    const owned = partitions.filter((partition) => {
      const owner = owners.get(partition);
      return owner?.length === 1 && owner[0] === memberId;
    });
    const isLarger = owned.length > quota && larger > 0;
    if (isLarger) larger--;
    share.push(...owned.slice(0, quota + (isLarger ? 1 : 0)));
    for (const partition of share) given.add(partition);
  }
  const free = partitions.filter((partition) => !given.has(partition));
  for (const share of shares.values()) {
    share.push(...free.splice(0, Math.max(0, quota - share.length)));
  }
  for (const share of shares.values()) {
    if (share.length === quota) share.push(...free.splice(0, 1));
  }
  for (const share of shares.values()) share.sort((a, b) => a - b);
  return shares;
}
