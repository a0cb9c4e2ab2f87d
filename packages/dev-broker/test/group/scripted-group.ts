import type { Group, Member } from "../../src/group/group.ts";
import { createGroup } from "../../src/group/group.ts";
import type { GroupError } from "../../src/group/group-error.ts";
import type { GroupStep, Joined, Refused, Synced } from "../../src/group/group-step.ts";
import { fenceCommit, heartbeat } from "../../src/group/heartbeat.ts";
import type { JoinRequest } from "../../src/group/join.ts";
import { join } from "../../src/group/join.ts";
import { leave } from "../../src/group/leave.ts";
import { nextDeadlineMs, passTime } from "../../src/group/pass-time.ts";
import type { SyncRequest } from "../../src/group/sync.ts";
import { sync } from "../../src/group/sync.ts";

type Answer = Joined | Synced | Refused;

export const SESSION_MS = 10_000;
export const REBALANCE_MS = 60_000;

/** Protocols by name, with the member's own words as metadata. */
export function protocols(...names: string[]): JoinRequest["protocols"] {
  return names.map((name) => ({ name, metadata: Buffer.from(`metadata of ${name}`) }));
}

/** A group with a clock that the test sets forward; answers are looked up by request. */
export class ScriptedGroup {
  group: Group = createGroup("g");
  nowMs = 1000;
  readonly #initialRebalanceDelayMs: number;
  readonly #answers = new Map<number, Answer>();
  #requestId = 0;

  constructor(initialRebalanceDelayMs = 0) {
    this.#initialRebalanceDelayMs = initialRebalanceDelayMs;
  }

  get state(): Group["phase"]["kind"] {
    return this.group.phase.kind;
  }

  get memberIds(): readonly string[] {
    return [...this.group.members.keys()];
  }

  member(memberId: string): Member {
    const member = this.group.members.get(memberId);
    if (member === undefined) throw new Error(`${memberId} is no member`);
    return member;
  }

  /** The answer to a request; undefined while it waits. */
  answer(requestId: number): Answer | undefined {
    return this.#answers.get(requestId);
  }

  /** A dynamic member that knows its id joins; answers the request's id. */
  join(memberId: string, changes: Partial<JoinRequest> = {}): number {
    if (changes.newMemberId === undefined && !this.group.members.has(memberId)) {
      this.#take(this.#joinStep({ newMemberId: memberId, requiresKnownMemberId: true }));
    }
    return this.send({ memberId, ...changes });
  }

  /** A request to join, as it stands. */
  send(changes: Partial<JoinRequest>): number {
    return this.#take(this.#joinStep(changes));
  }

  sync(memberId: string, changes: Partial<SyncRequest> = {}): number {
    return this.#take((requestId) =>
      sync(
        this.group,
        {
          requestId,
          memberId,
          groupInstanceId: undefined,
          generation: this.group.generation,
          assignments: [],
          ...changes,
        },
        this.nowMs,
      ),
    );
  }

  heartbeat(memberId: string, changes: Identity = {}): GroupError | undefined {
    const verdict = heartbeat(this.group, this.#request(memberId, changes), this.nowMs);
    this.group = verdict.group;
    return verdict.error;
  }

  commit(memberId: string, changes: Identity = {}): GroupError | undefined {
    const verdict = fenceCommit(this.group, this.#request(memberId, changes), this.nowMs);
    this.group = verdict.group;
    return verdict.error;
  }

  leave(memberId: string, groupInstanceId?: string): GroupError | undefined {
    const left = leave(this.group, { memberId, groupInstanceId }, this.#moment());
    this.#keep(left);
    return left.error;
  }

  /** Lets time pass, with a tick at each deadline on the way, as the coordinator's timer does. */
  wait(forMs: number): void {
    const untilMs = this.nowMs + forMs;
    let next = nextDeadlineMs(this.group);
    while (next !== undefined && next <= untilMs) {
      this.nowMs = Math.max(this.nowMs, next);
      this.#keep(passTime(this.group, this.#moment()));
      next = nextDeadlineMs(this.group);
    }
    this.nowMs = untilMs;
  }

  /** Members that have their assignments, the first of them the leader. */
  settle(...memberIds: string[]): void {
    for (const memberId of memberIds) this.join(memberId);
    this.rejoinAndSync(...memberIds);
  }

  /** Has all join again where they are asked to, and sync; the leader assigns ids' own names. */
  rejoinAndSync(...memberIds: string[]): void {
    for (const memberId of memberIds) {
      if (this.state === "PreparingRebalance") this.send({ memberId });
    }
    const assignments = memberIds.map((memberId) => ({
      memberId,
      assignment: Buffer.from(`for ${memberId}`),
    }));
    for (const memberId of memberIds) this.sync(memberId, { assignments });
  }

  #joinStep(changes: Partial<JoinRequest>) {
    return (requestId: number): GroupStep =>
      join(
        this.group,
        {
          requestId,
          memberId: "",
          groupInstanceId: undefined,
          clientId: "client",
          clientHost: "/127.0.0.1",
          sessionTimeoutMs: SESSION_MS,
          rebalanceTimeoutMs: REBALANCE_MS,
          protocolType: "consumer",
          protocols: protocols("range"),
          newMemberId: "unused",
          requiresKnownMemberId: false,
          ...changes,
        },
        this.#moment(),
      );
  }

  #request(memberId: string, changes: Identity) {
    return { memberId, groupInstanceId: undefined, generation: this.group.generation, ...changes };
  }

  #take(take: (requestId: number) => GroupStep): number {
    this.#requestId += 1;
    this.#keep(take(this.#requestId));
    return this.#requestId;
  }

  #keep({ group, answers }: GroupStep): void {
    this.group = group;
    for (const { requestId, answer } of answers) {
      if (this.#answers.has(requestId)) throw new Error(`request ${requestId} is answered twice`);
      this.#answers.set(requestId, answer);
    }
  }

  #moment() {
    return { nowMs: this.nowMs, initialRebalanceDelayMs: this.#initialRebalanceDelayMs };
  }
}

interface Identity {
  readonly generation?: number;
  readonly groupInstanceId?: string;
}
