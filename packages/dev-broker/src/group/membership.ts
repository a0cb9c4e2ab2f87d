import type { GroupError } from "./group-error.ts";
import type { Group, Member } from "./group.ts";
import { staticMember } from "./group.ts";

/** By what a request says whose it is. */
export interface MemberIdentity {
  readonly memberId: string;
  readonly groupInstanceId: string | undefined;
}

/** A request of a member of a generation. */
export interface MemberRequest extends MemberIdentity {
  readonly generation: number;
}

/**
 * The member whose request it is, or why it is nobody's: `FENCED_INSTANCE_ID` where another process
 * has taken the place of a static member since.
 */
export function findMember(group: Group, identity: MemberIdentity): Member | GroupError {
  const { memberId, groupInstanceId } = identity;
  if (groupInstanceId !== undefined) {
    const known = staticMember(group, groupInstanceId);
    if (known === undefined) return "UNKNOWN_MEMBER_ID";
    if (known.memberId !== memberId) return "FENCED_INSTANCE_ID";
  }
  return group.members.get(memberId) ?? "UNKNOWN_MEMBER_ID";
}

/** As {@link findMember}, and `ILLEGAL_GENERATION` for a request of another generation. */
export function findMemberOf(group: Group, request: MemberRequest): Member | GroupError {
  const found = findMember(group, request);
  if (typeof found === "string" || request.generation === group.generation) return found;
  return "ILLEGAL_GENERATION";
}
