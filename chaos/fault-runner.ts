import { setTimeout as sleep } from "node:timers/promises";
import { disturb } from "./disturb.ts";
import { armFreeze, armGate } from "./gate.ts";
import type { ArmedGate } from "./gate.ts";
import type { Member } from "./member.ts";
import { faultName } from "./plan.ts";
import type { Fault, Freeze, Gate, Round } from "./plan.ts";
import { SESSION_TIMEOUT_MS } from "./stage.ts";
import type { Stage } from "./stage.ts";
import { LIMIT_MS, withinLimit } from "./within-limit.ts";

/** A fault of the plan, and whether it came about. */
export interface FaultOutcome {
  readonly name: string;
  readonly durationMs: number;
  /** Why it did not happen; absent if it did. */
  readonly failure?: string;
}

/** The session is over by then, and the group has had time to share its partitions anew. */
const FROZEN_MS = 1.5 * SESSION_TIMEOUT_MS;
const LOOK_EVERY_MS = 100;

/** Lets the faults of a round happen, all at the same time; answers when all have. */
export function runRound(
  round: Round,
  stage: Stage,
  members: readonly Member[],
): Promise<readonly FaultOutcome[]> {
  return Promise.all(
    round.map(async (fault) => {
      const start = performance.now();
      const outcome = (failure?: string): FaultOutcome => ({
        name: faultName(fault),
        durationMs: Math.round(performance.now() - start),
        ...(failure !== undefined && { failure }),
      });
      try {
        await runFault(fault, stage, members);
        return outcome();
      } catch (error) {
        return outcome((error as Error).message);
      }
    }),
  );
}

async function runFault(fault: Fault, stage: Stage, members: readonly Member[]): Promise<void> {
  switch (fault.kind) {
    case "kill":
      return killAt(fault.gate, memberOf(members, fault.member));
    case "freeze":
      return freezeAt(fault.freeze, memberOf(members, fault.member), members);
    case "disturbance":
      return disturb(fault.disturbance, stage, memberOf(members, fault.member));
    default:
      return fault satisfies never;
  }
}

/** The member dies where it is held, and another process takes its place. */
async function killAt(gate: Gate, member: Member): Promise<void> {
  // A member joins when it starts: it leaves first, so that the others rebalance too.
  const joins = gate === "during-assignment";
  if (joins) await member.leave();
  const armed = armGate(member, gate);
  try {
    if (joins) await member.start();
    await withinLimit(armed.reached, `no member came to ${gate}`);
    await member.kill();
  } finally {
    await armed.release();
  }
  await member.start();
}

/** The member stands still with a commit in flight until its session is over and others go on. */
async function freezeAt(freeze: Freeze, member: Member, members: readonly Member[]): Promise<void> {
  const armed: ArmedGate = armFreeze(member, freeze);
  try {
    await withinLimit(armed.reached, `no member came to ${freeze}`);
    member.process().suspend();
    await sleep(FROZEN_MS);
    const others = members.filter((other) => other !== member);
    await otherCommit(others);
  } finally {
    await armed.release();
    member.process().resume();
  }
}

/** Resolves when one of the members has committed once more. */
async function otherCommit(members: readonly Member[]): Promise<void> {
  const count = (): number => members.reduce((sum, each) => sum + commitCount(each.log()), 0);
  const before = count();
  const deadline = performance.now() + LIMIT_MS;
  while (count() === before) {
    if (performance.now() > deadline) throw new Error("no other member committed meanwhile");
    await sleep(LOOK_EVERY_MS);
  }
}

function commitCount(log: string): number {
  return log.split('"msg":"committed"').length - 1;
}

function memberOf(members: readonly Member[], index: number): Member {
  const member = members[index];
  if (member === undefined) throw new Error(`no member ${index}`);
  return member;
}
