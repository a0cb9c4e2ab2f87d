import { ERROR_CODES } from "@salon/kafka-protocol";
import type { Timers } from "../timers.ts";
import { chooseProtocol, commonProtocols } from "./choose-protocol.ts";
import { createMember, isSameProtocols, refusedJoin, refusedSync, whatItSays } from "./member.ts";
import type { JoinAnswer, JoinRequest, Member, SyncAnswer } from "./member.ts";

/** Where a group is (Kafka: the classic group protocol). */
export type GroupState = "Empty" | "PreparingRebalance" | "CompletingRebalance" | "Stable";

/** Who asks, and as whom. */
export interface MemberClaim {
  readonly memberId: string;
  readonly generationId: number;
  readonly groupInstanceId: string | undefined;
}

/** What a group needs from outside. */
export interface GroupComponents {
  readonly timers: Timers;
  readonly newMemberId: (prefix: string) => string;
  /** How long the first member of an empty group waits for others. */
  readonly initialRebalanceDelayMs: number;
}

/** One consumer group of the classic protocol: joins, syncs, heartbeats, leaves, and sessions. */
export class Group {
  readonly #components: GroupComponents;
  readonly #members = new Map<string, Member>();
  /** Ids that were given out and have not joined yet. */
  readonly #pending = new Map<string, () => void>();
  #state: GroupState = "Empty";
  #generationId = 0;
  #protocolType = "";
  #protocolName = "";
  #leaderId: string | undefined;
  /** The first members of an empty group wait for others, however many have joined. */
  #isGathering = false;
  #forgetRebalance: () => void = () => {};

  constructor(components: GroupComponents) {
    this.#components = components;
  }

  get state(): GroupState {
    return this.#state;
  }

  get protocolType(): string {
    return this.#protocolType;
  }

  get protocolName(): string {
    return this.#state === "Stable" ? this.#protocolName : "";
  }

  get members(): readonly Readonly<Member>[] {
    return [...this.#members.values()];
  }

  /** Answers when all members have joined, or at once where it fails or nothing changes. */
  join(request: JoinRequest): Promise<JoinAnswer> {
    const refusal = this.#joinRefusal(request);
    if (refusal !== undefined) return Promise.resolve(refusal);
    const known = this.#members.get(request.memberId);
    if (known === undefined) return this.#joinAsNew(request);
    const isUnchanged = isSameProtocols(known.protocols, whatItSays(request).protocols);
    Object.assign(known, whatItSays(request));
    const needsRebalance = this.#state === "Stable" && known.memberId === this.#leaderId;
    if (isUnchanged && !needsRebalance && this.#state !== "PreparingRebalance") {
      this.#beginSession(known);
      return Promise.resolve(this.#joined(known));
    }
    return this.#awaitJoin(known);
  }

  /** The leader's brings the assignments; the others' wait for it. */
  sync(
    claim: MemberClaim,
    assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[],
  ): Promise<SyncAnswer> {
    const errorCode = this.check(claim);
    const member = this.#members.get(claim.memberId);
    if (errorCode !== ERROR_CODES.NONE || member === undefined) {
      return Promise.resolve(refusedSync(errorCode));
    }
    if (this.#state === "PreparingRebalance") {
      return Promise.resolve(refusedSync(ERROR_CODES.REBALANCE_IN_PROGRESS));
    }
    this.#beginSession(member);
    const { promise, resolve } = Promise.withResolvers<SyncAnswer>();
    member.answerSync = resolve;
    if (this.#state === "CompletingRebalance" && member.memberId === this.#leaderId) {
      for (const { memberId, assignment } of assignments) {
        const assigned = this.#members.get(memberId);
        if (assigned !== undefined) assigned.assignment = Buffer.from(assignment);
      }
      this.#state = "Stable";
    }
    if (this.#state === "Stable")
      this.#answerSyncs(({ assignment }) => ({ errorCode: 0, assignment }));
    return promise;
  }

  heartbeat(claim: MemberClaim): number {
    const errorCode = this.check(claim);
    const member = this.#members.get(claim.memberId);
    if (errorCode !== ERROR_CODES.NONE || member === undefined) return errorCode;
    this.#beginSession(member);
    return this.#state === "PreparingRebalance"
      ? ERROR_CODES.REBALANCE_IN_PROGRESS
      : ERROR_CODES.NONE;
  }

  leave({ memberId, groupInstanceId }: Omit<MemberClaim, "generationId">): number {
    const forgetPending = this.#pending.get(memberId);
    if (forgetPending !== undefined) {
      forgetPending();
      this.#pending.delete(memberId);
      return ERROR_CODES.NONE;
    }
    const member =
      this.#members.get(memberId) ??
      (memberId === "" ? this.#staticMember(groupInstanceId) : undefined);
    if (member === undefined) return ERROR_CODES.UNKNOWN_MEMBER_ID;
    this.#remove(member, ERROR_CODES.UNKNOWN_MEMBER_ID);
    return ERROR_CODES.NONE;
  }

  /** Whether the claim is that of a member of this generation. */
  check({ memberId, generationId, groupInstanceId }: MemberClaim): number {
    const ofInstance = this.#staticMember(groupInstanceId);
    if (ofInstance !== undefined && ofInstance.memberId !== memberId) {
      return ERROR_CODES.FENCED_INSTANCE_ID;
    }
    if (!this.#members.has(memberId)) return ERROR_CODES.UNKNOWN_MEMBER_ID;
    return generationId === this.#generationId ? ERROR_CODES.NONE : ERROR_CODES.ILLEGAL_GENERATION;
  }

  /** Whether offsets may be committed; those outside of the protocol only while it is empty. */
  checkCommit(claim: MemberClaim): number {
    if (claim.generationId < 0 && this.#members.size === 0) return ERROR_CODES.NONE;
    const errorCode = this.check(claim);
    if (errorCode !== ERROR_CODES.NONE) return errorCode;
    return this.#state === "CompletingRebalance"
      ? ERROR_CODES.REBALANCE_IN_PROGRESS
      : ERROR_CODES.NONE;
  }

  #joinRefusal(request: JoinRequest): JoinAnswer | undefined {
    const { memberId, protocolType, protocols, groupInstanceId } = request;
    const others = [...this.#members.values()].filter(
      (member) =>
        member.memberId !== memberId &&
        (groupInstanceId === undefined || member.groupInstanceId !== groupInstanceId),
    );
    const common = commonProtocols(others);
    const fits =
      protocolType !== "" &&
      protocols.length > 0 &&
      (others.length === 0 ||
        (protocolType === this.#protocolType && protocols.some(({ name }) => common.has(name))));
    if (!fits) return refusedJoin(ERROR_CODES.INCONSISTENT_GROUP_PROTOCOL, memberId);
    const ofInstance = this.#staticMember(groupInstanceId);
    if (memberId !== "" && ofInstance !== undefined && ofInstance.memberId !== memberId) {
      return refusedJoin(ERROR_CODES.FENCED_INSTANCE_ID, memberId);
    }
    const isKnown = this.#members.has(memberId) || this.#pending.has(memberId);
    return memberId === "" || isKnown
      ? undefined
      : refusedJoin(ERROR_CODES.UNKNOWN_MEMBER_ID, memberId);
  }

  #joinAsNew(request: JoinRequest): Promise<JoinAnswer> {
    const { memberId, groupInstanceId } = request;
    const replaced = this.#staticMember(groupInstanceId);
    if (replaced !== undefined) this.#remove(replaced, ERROR_CODES.FENCED_INSTANCE_ID);
    const isKnownId = memberId !== "";
    const id = isKnownId
      ? memberId
      : this.#components.newMemberId(groupInstanceId ?? request.clientId);
    if (!isKnownId && request.requiresKnownMemberId && groupInstanceId === undefined) {
      const forget = this.#components.timers.start(
        () => this.#pending.delete(id),
        request.sessionTimeoutMs,
      );
      this.#pending.set(id, forget);
      return Promise.resolve(refusedJoin(ERROR_CODES.MEMBER_ID_REQUIRED, id));
    }
    this.#pending.get(id)?.();
    this.#pending.delete(id);
    this.#protocolType = request.protocolType;
    const member = createMember(id, request);
    this.#members.set(id, member);
    return this.#awaitJoin(member);
  }

  #awaitJoin(member: Member): Promise<JoinAnswer> {
    member.answerJoin?.(refusedJoin(ERROR_CODES.REBALANCE_IN_PROGRESS, member.memberId));
    // While it waits for others its session does not end.
    member.forgetSession();
    const { promise, resolve } = Promise.withResolvers<JoinAnswer>();
    member.answerJoin = resolve;
    this.#rebalance();
    return promise;
  }

  #rebalance(): void {
    const wasEmpty = this.#state === "Empty";
    if (this.#state !== "PreparingRebalance") {
      this.#answerSyncs(() => refusedSync(ERROR_CODES.REBALANCE_IN_PROGRESS));
      this.#state = "PreparingRebalance";
      const { timers, initialRebalanceDelayMs } = this.#components;
      const timeouts = [...this.#members.values()].map((member) => member.rebalanceTimeoutMs);
      const waitMs = wasEmpty ? initialRebalanceDelayMs : Math.max(0, ...timeouts);
      this.#forgetRebalance = timers.start(() => this.#completeJoin(), waitMs);
      this.#isGathering = wasEmpty && initialRebalanceDelayMs > 0;
    }
    const hasJoined = [...this.#members.values()].every(
      ({ answerJoin }) => answerJoin !== undefined,
    );
    if (hasJoined && !this.#isGathering) this.#completeJoin();
  }

  /** The next generation begins with the members that have joined; the others are none any more. */
  #completeJoin(): void {
    this.#forgetRebalance();
    this.#isGathering = false;
    for (const member of this.#members.values()) {
      if (member.answerJoin === undefined && member.groupInstanceId === undefined) {
        member.forgetSession();
        this.#members.delete(member.memberId);
      }
    }
    this.#generationId++;
    const [first] = this.#members.values();
    if (first === undefined) {
      this.#state = "Empty";
      this.#leaderId = undefined;
      return;
    }
    if (this.#leaderId === undefined || !this.#members.has(this.#leaderId)) {
      this.#leaderId = first.memberId;
    }
    this.#protocolName = chooseProtocol([...this.#members.values()]);
    this.#state = "CompletingRebalance";
    for (const member of this.#members.values()) {
      member.answerJoin?.(this.#joined(member));
      member.answerJoin = undefined;
      this.#beginSession(member);
    }
  }

  /** Only the leader is told who the members are. */
  #joined({ memberId }: Member): JoinAnswer {
    const members = memberId === this.#leaderId ? [...this.#members.values()] : [];
    return {
      errorCode: ERROR_CODES.NONE,
      generationId: this.#generationId,
      protocolName: this.#protocolName,
      leader: this.#leaderId ?? "",
      memberId,
      members: members.map((member) => ({
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId,
        metadata:
          member.protocols.find(({ name }) => name === this.#protocolName)?.metadata ??
          Buffer.alloc(0),
      })),
    };
  }

  #answerSyncs(answer: (member: Member) => SyncAnswer): void {
    for (const member of this.#members.values()) {
      member.answerSync?.(answer(member));
      member.answerSync = undefined;
    }
  }

  #beginSession(member: Member): void {
    member.forgetSession();
    const end = (): void => this.#remove(member, ERROR_CODES.UNKNOWN_MEMBER_ID);
    member.forgetSession = this.#components.timers.start(end, member.sessionTimeoutMs);
  }

  /** Whatever the member waits for is answered with the error. */
  #remove(member: Member, errorCode: number): void {
    member.forgetSession();
    this.#members.delete(member.memberId);
    member.answerJoin?.(refusedJoin(errorCode, member.memberId));
    member.answerSync?.(refusedSync(errorCode));
    if (this.#state !== "Empty") this.#rebalance();
  }

  #staticMember(groupInstanceId: string | undefined): Member | undefined {
    if (groupInstanceId === undefined) return undefined;
    return [...this.#members.values()].find((member) => member.groupInstanceId === groupInstanceId);
  }
}
