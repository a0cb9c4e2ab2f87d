import type { GroupMoment, GroupStep } from "./group-step.ts";
import { andThen, step } from "./group-step.ts";
import type { Group, Member } from "./group.ts";
import { completeIfAllJoined, dropMembers, passDeadline } from "./rebalance.ts";

/**
 * What the passing of time does to a group: ids that were given out are forgotten, members that
 * were not heard of in their session or have not asked for their assignment are dropped, and a
 * rebalance whose deadline has passed is completed.
 */
export function passTime(group: Group, moment: GroupMoment): GroupStep {
  const { nowMs } = moment;
  const pendingMembers = new Map(
    [...group.pendingMembers].filter(([, forgetAtMs]) => nowMs < forgetAtMs),
  );
  const steps = [
    (current: Group) => completeIfAllJoined({ ...current, pendingMembers }, nowMs),
    (current: Group) => {
      const expired = [...current.members.values()].filter(
        ({ expiresAtMs }) => expiresAtMs <= nowMs,
      );
      return dropMembers(current, expired, moment);
    },
    (current: Group) =>
      (syncDeadlineMs(current) ?? nowMs + 1) <= nowMs
        ? dropMembers(current, unsynced(current), moment)
        : step(current),
    (current: Group) => passDeadline(current, nowMs),
  ];
  return steps.reduce(andThen, step(group));
}

/** When time will change something next; undefined where only requests do. */
export function nextDeadlineMs(group: Group): number | undefined {
  const { phase, members, pendingMembers } = group;
  const rebalance = phase.kind === "PreparingRebalance" ? phase.deadlineMs : undefined;
  const next = Math.min(
    ...pendingMembers.values(),
    ...[...members.values()].map(({ expiresAtMs }) => expiresAtMs),
    syncDeadlineMs(group) ?? Number.POSITIVE_INFINITY,
    rebalance ?? Number.POSITIVE_INFINITY,
  );
  return Number.isFinite(next) ? next : undefined;
}

function syncDeadlineMs(group: Group): number | undefined {
  const { phase } = group;
  if (phase.kind !== "CompletingRebalance" && phase.kind !== "Stable") return undefined;
  return unsynced(group).length > 0 ? phase.syncDeadlineMs : undefined;
}

function unsynced(group: Group): readonly Member[] {
  return [...group.members.values()].filter(({ hasSynced }) => !hasSynced);
}
