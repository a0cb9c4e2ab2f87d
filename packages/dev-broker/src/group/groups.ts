import { randomUUID } from "node:crypto";
import type { Timers } from "../timers.ts";
import { Group } from "./group.ts";

/** The groups of a broker by id; a group begins with whoever asks for it first. */
export class Groups {
  readonly #timers: Timers;
  readonly #initialRebalanceDelayMs: number;
  readonly #groups = new Map<string, Group>();

  constructor(timers: Timers, initialRebalanceDelayMs: number) {
    this.#timers = timers;
    this.#initialRebalanceDelayMs = initialRebalanceDelayMs;
  }

  get all(): ReadonlyMap<string, Group> {
    return this.#groups;
  }

  find(groupId: string): Group | undefined {
    return this.#groups.get(groupId);
  }

  open(groupId: string): Group {
    const known = this.#groups.get(groupId);
    if (known !== undefined) return known;
    const group = new Group({
      timers: this.#timers,
      newMemberId: (prefix) => `${prefix}-${randomUUID()}`,
      initialRebalanceDelayMs: this.#initialRebalanceDelayMs,
    });
    this.#groups.set(groupId, group);
    return group;
  }
}
