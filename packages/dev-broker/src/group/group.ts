/**
 * A consumer group of Kafka's classic protocol, as its coordinator knows it. A group that does not
 * exist is what Kafka calls Dead.
 */
export interface Group {
  readonly groupId: string;
  readonly phase: GroupPhase;
  /** Counts the rebalances that were completed; a request with another one comes too late. */
  readonly generation: number;
  /** What the members use the group for: `consumer`, `connect`; undefined until one has joined. */
  readonly protocolType: string | undefined;
  /** How the leader assigns, as the members elected it; undefined in an empty group. */
  readonly protocolName: string | undefined;
  readonly leaderId: string | undefined;
  /** By member id, in the order in which they came. */
  readonly members: ReadonlyMap<string, Member>;
  /** Ids that were given out and not yet joined with, and when each is forgotten (KIP-394). */
  readonly pendingMembers: ReadonlyMap<string, number>;
}

/** What a group that exists is at. Moments are those of the caller's clock, in milliseconds. */
type GroupPhase =
  | { readonly kind: "Empty" }
  | {
      /** Members are to join again; who has not by the deadline is dropped. */
      readonly kind: "PreparingRebalance";
      readonly deadlineMs: number;
      /** The first rebalance of an empty group waits for more members (KIP-134). */
      readonly initial?: InitialDelay;
    }
  | {
      /** Members know their generation and wait for the leader's assignments. */
      readonly kind: "CompletingRebalance";
      /** Who has not asked for its assignment by then is dropped. */
      readonly syncDeadlineMs: number;
    }
  | { readonly kind: "Stable"; readonly syncDeadlineMs: number };

/** How much longer an empty group's first rebalance may be put off. */
export interface InitialDelay {
  readonly delayMs: number;
  readonly remainingMs: number;
  /** Whether somebody joined since it was put off last. */
  readonly hasNewMember: boolean;
}

/** A member of a group. */
export interface Member {
  readonly memberId: string;
  /** The name by which a static member is known again after its restart (KIP-345). */
  readonly groupInstanceId: string | undefined;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** In the order in which the member prefers them. */
  readonly protocols: readonly MemberProtocol[];
  readonly assignment: Buffer;
  /** The request of this member that is answered later. */
  readonly waiting: WaitingRequest | undefined;
  /** Whether it asked for its assignment in this generation. */
  readonly hasSynced: boolean;
  /** When it is dropped unless it is heard of. */
  readonly expiresAtMs: number;
}

/** A way of assigning that a member knows, and what it tells the leader about itself. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** A request without an answer yet. */
interface WaitingRequest {
  readonly kind: "join" | "sync";
  readonly requestId: number;
}

export const NO_ASSIGNMENT: Buffer = Buffer.alloc(0);

/** A group that nobody has joined. */
export function createGroup(groupId: string): Group {
  return {
    groupId,
    phase: { kind: "Empty" },
    generation: 0,
    protocolType: undefined,
    protocolName: undefined,
    leaderId: undefined,
    members: new Map(),
    pendingMembers: new Map(),
  };
}

/** The group with a member added or replaced. */
export function withMember(group: Group, member: Member): Group {
  return { ...group, members: new Map(group.members).set(member.memberId, member) };
}

/** The group with changes to one of its members. */
export function changeMember(group: Group, member: Member, changes: Partial<Member>): Group {
  return withMember(group, { ...member, ...changes });
}

/** The group with each member changed in the same way. */
export function mapMembers(group: Group, change: (member: Member) => Member): Group {
  const members = [...group.members.values()].map(change);
  return { ...group, members: new Map(members.map((member) => [member.memberId, member])) };
}

/** The group without a member; where it led, the one that came first does. */
export function withoutMember(group: Group, memberId: string): Group {
  const members = new Map(group.members);
  members.delete(memberId);
  const [first] = members.keys();
  const leaderId = group.leaderId === memberId ? first : group.leaderId;
  return { ...group, members, leaderId };
}

/** The group with an id that was given out no longer awaited. */
export function withoutPending(group: Group, memberId: string): Group {
  const pendingMembers = new Map(group.pendingMembers);
  pendingMembers.delete(memberId);
  return { ...group, pendingMembers };
}

/** The static member of a name. */
export function staticMember(group: Group, groupInstanceId: string): Member | undefined {
  return [...group.members.values()].find((member) => member.groupInstanceId === groupInstanceId);
}

/** How long a rebalance may take: as long as the slowest member says, in milliseconds. */
export function rebalanceTimeoutMs(group: Group): number {
  const timeouts = [...group.members.values()].map((member) => member.rebalanceTimeoutMs);
  return Math.max(0, ...timeouts);
}

/** What a member tells the leader under the protocol that was elected. */
export function metadataFor(member: Member, protocolName: string | undefined): Buffer {
  const protocol = member.protocols.find(({ name }) => name === protocolName);
  return protocol?.metadata ?? NO_ASSIGNMENT;
}
