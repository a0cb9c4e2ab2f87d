import type { Timers } from "../timers.ts";
import type { GroupDescription } from "./describe-group.ts";
import { describeGroup } from "./describe-group.ts";
import type { GroupError } from "./group-error.ts";
import type { GroupOffsets, OffsetToCommit } from "./group-offsets.ts";
import type { GroupMoment, GroupStep, Joined, Refused, Synced } from "./group-step.ts";
import type { Group } from "./group.ts";
import { createGroup } from "./group.ts";
import { fenceCommit, heartbeat } from "./heartbeat.ts";
import type { JoinRequest } from "./join.ts";
import { join } from "./join.ts";
import { leave } from "./leave.ts";
import type { MemberIdentity, MemberRequest } from "./membership.ts";
import { nextDeadlineMs, passTime } from "./pass-time.ts";
import type { SyncRequest } from "./sync.ts";
import { sync } from "./sync.ts";

/** How groups are coordinated; times are in milliseconds. */
export interface GroupSettings {
  /** How long an empty group waits for more members than its first; Kafka's own default is 3000. */
  readonly initialRebalanceDelayMs?: number | undefined;
  /** The shortest session that a member may ask for; Kafka's own default is 6000. */
  readonly sessionTimeoutMinMs?: number | undefined;
  /** The longest one. */
  readonly sessionTimeoutMaxMs?: number | undefined;
}

/** What a coordinator acts with. */
export interface GroupComponents {
  readonly offsets: GroupOffsets;
  /** Milliseconds since any moment; never goes back. */
  readonly nowMs: () => number;
  readonly timers: Timers;
  /** A text that it has never answered before. */
  readonly createId: () => string;
}

/** A member's request to join, as it comes from its connection. */
export type IncomingJoin = Omit<JoinRequest, "requestId" | "newMemberId">;
/** A member's request for its assignment, as it comes from its connection. */
export type IncomingSync = Omit<SyncRequest, "requestId">;

/** Node fires a timer that is longer than this at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * All consumer groups of a broker. Members live as long as the process, and join again after it was
 * restarted; committed offsets live as long as their store.
 */
export class GroupCoordinator implements Disposable {
  readonly #components: GroupComponents;
  readonly #settings: Required<{ [Name in keyof GroupSettings]: number }>;
  readonly #groups = new Map<string, Group>();
  readonly #timers = new Map<string, () => void>();
  readonly #waiting = new Map<number, (answer: Joined | Synced | Refused) => void>();
  #lastRequestId = 0;
  #isClosed = false;

  constructor(components: GroupComponents, settings: GroupSettings = {}) {
    this.#components = components;
    this.#settings = {
      initialRebalanceDelayMs: settings.initialRebalanceDelayMs ?? 0,
      sessionTimeoutMinMs: settings.sessionTimeoutMinMs ?? 1,
      sessionTimeoutMaxMs: settings.sessionTimeoutMaxMs ?? 1_800_000,
    };
  }

  /** As {@link join}; `INVALID_SESSION_TIMEOUT` and `INVALID_GROUP_ID` too. */
  async join(groupId: string, request: IncomingJoin): Promise<Joined | Refused> {
    const { sessionTimeoutMs, memberId } = request;
    const { sessionTimeoutMinMs, sessionTimeoutMaxMs } = this.#settings;
    if (groupId === "") return refusal("INVALID_GROUP_ID");
    if (sessionTimeoutMs < sessionTimeoutMinMs || sessionTimeoutMs > sessionTimeoutMaxMs) {
      return refusal("INVALID_SESSION_TIMEOUT");
    }
    const known = this.#find(groupId);
    if (known === undefined && memberId !== "") return refusal("UNKNOWN_MEMBER_ID");
    const name = request.groupInstanceId ?? request.clientId;
    const newMemberId = memberId === "" ? `${name}-${this.#components.createId()}` : memberId;
    const answer = await this.#answer((requestId) =>
      join(known ?? createGroup(groupId), { ...request, requestId, newMemberId }, this.#moment()),
    );
    return answer.kind === "synced" ? refusal("UNKNOWN_MEMBER_ID") : answer;
  }

  /** As {@link sync}. */
  async sync(groupId: string, request: IncomingSync): Promise<Synced | Refused> {
    const group = this.#find(groupId);
    if (group === undefined) return refusal("UNKNOWN_MEMBER_ID");
    const answer = await this.#answer((requestId) =>
      sync(group, { ...request, requestId }, this.#components.nowMs()),
    );
    return answer.kind === "joined" ? refusal("UNKNOWN_MEMBER_ID") : answer;
  }

  /** As {@link heartbeat}: undefined if all is well. */
  heartbeat(groupId: string, request: MemberRequest): GroupError | undefined {
    const group = this.#find(groupId);
    if (group === undefined) return "UNKNOWN_MEMBER_ID";
    const verdict = heartbeat(group, request, this.#components.nowMs());
    this.#keep({ group: verdict.group, answers: [] });
    return verdict.error;
  }

  /** As {@link leave}: undefined if all is well. */
  leave(groupId: string, identity: MemberIdentity): GroupError | undefined {
    const group = this.#find(groupId);
    if (group === undefined) return "UNKNOWN_MEMBER_ID";
    const left = leave(group, identity, this.#moment());
    this.#keep(left);
    return left.error;
  }

  /** As {@link fenceCommit}; the offsets are stored when it returns. A commit makes the group. */
  commitOffsets(
    groupId: string,
    request: MemberRequest,
    commits: readonly OffsetToCommit[],
  ): GroupError | undefined {
    if (groupId === "" && request.generation >= 0) return "INVALID_GROUP_ID";
    const group = this.#find(groupId);
    if (group === undefined && request.generation >= 0) return "ILLEGAL_GENERATION";
    const { nowMs, offsets } = this.#components;
    const verdict = fenceCommit(group ?? createGroup(groupId), request, nowMs());
    this.#keep({ group: verdict.group, answers: [] });
    if (verdict.error !== undefined) return verdict.error;
    offsets.commit(groupId, commits);
    return undefined;
  }

  /** Describes a group; one that does not exist is Dead. */
  describe(groupId: string): GroupDescription {
    const group = this.#find(groupId);
    if (group !== undefined) return describeGroup(group);
    return { groupId, state: "Dead", protocolType: "", protocolName: "", members: [] };
  }

  /** All groups that have members, had some since the start, or have committed offsets. */
  list(): readonly GroupDescription[] {
    const ids = [...this.#groups.keys(), ...this.#components.offsets.groupIds];
    return [...new Set(ids)].map((groupId) => this.describe(groupId));
  }

  /** Refuses all that wait, and all that come; timers end. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const forget of this.#timers.values()) forget();
    this.#timers.clear();
    for (const resolve of this.#waiting.values()) resolve(refusal("COORDINATOR_NOT_AVAILABLE"));
    this.#waiting.clear();
  }

  #moment(): GroupMoment {
    const { initialRebalanceDelayMs } = this.#settings;
    return { nowMs: this.#components.nowMs(), initialRebalanceDelayMs };
  }

  /** A group that has offsets but no members since the start is empty. */
  #find(groupId: string): Group | undefined {
    const group = this.#groups.get(groupId);
    if (group !== undefined) return group;
    const hasOffsets = this.#components.offsets.has(groupId);
    return hasOffsets ? createGroup(groupId) : undefined;
  }

  /** Takes a step that answers one request, now or later. */
  #answer(take: (requestId: number) => GroupStep): Promise<Joined | Synced | Refused> {
    if (this.#isClosed) return Promise.resolve(refusal("COORDINATOR_NOT_AVAILABLE"));
    this.#lastRequestId += 1;
    const requestId = this.#lastRequestId;
    const { promise, resolve } = Promise.withResolvers<Joined | Synced | Refused>();
    this.#waiting.set(requestId, resolve);
    this.#keep(take(requestId));
    return promise;
  }

  #keep({ group, answers }: GroupStep): void {
    const { groupId } = group;
    // A group that nobody has joined is known by its offsets alone.
    if (isUntouched(group)) this.#groups.delete(groupId);
    else this.#groups.set(groupId, group);
    for (const { requestId, answer } of answers) {
      this.#waiting.get(requestId)?.(answer);
      this.#waiting.delete(requestId);
    }
    this.#timers.get(groupId)?.();
    this.#timers.delete(groupId);
    const deadlineMs = nextDeadlineMs(group);
    if (deadlineMs === undefined || this.#isClosed) return;
    const waitMs = Math.min(Math.max(0, deadlineMs - this.#components.nowMs()), TIMER_MAX_MS);
    this.#timers.set(
      groupId,
      this.#components.timers.start(() => this.#passTime(groupId), Math.ceil(waitMs)),
    );
  }

  #passTime(groupId: string): void {
    const group = this.#groups.get(groupId);
    if (group !== undefined) this.#keep(passTime(group, this.#moment()));
  }
}

function isUntouched({ generation, members, pendingMembers }: Group): boolean {
  return generation === 0 && members.size === 0 && pendingMembers.size === 0;
}

function refusal(error: GroupError): Refused {
  return { kind: "refused", error };
}
