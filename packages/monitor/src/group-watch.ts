/** A member of a consumer group. */
export interface GroupMember {
  readonly memberId: string;
  readonly clientId: string;
  /** Where it runs. */
  readonly host: string;
  readonly partitions: readonly number[];
}

/** A consumer group as its coordinator describes it. */
export interface GroupDescription {
  /** In the coordinator's own word. */
  readonly state: string;
  readonly members: readonly GroupMember[];
}

/** Describes the group that a sink is in; that may take its time, and may fail. */
export interface DescribableGroup {
  readonly groupId: string;
  describe(): Promise<GroupDescription>;
}

/** What is known of a group. */
export interface KnownGroup {
  readonly groupId: string;
  /** As it was described last; absent before that. */
  readonly described?: (GroupDescription & { readonly atMs: number }) | undefined;
  /** Since when it cannot be described, and why; absent while it can. */
  readonly unknown?: { readonly sinceMs: number; readonly reason: string } | undefined;
}

/** Members come and go seldom, and the coordinator has other work. */
const ASK_MS = 10_000;
/** What is older is of when somebody last looked, and no answer to who looks now. */
const OUTDATED_MS = 3 * ASK_MS;

/** Keeps what a coordinator tells of a group, and asks only while somebody looks. */
export class GroupWatch {
  readonly #group: DescribableGroup;
  readonly #nowMs: () => number;
  #known: KnownGroup;
  #askedAtMs = -Infinity;
  #isAsking = false;

  constructor(group: DescribableGroup, nowMs: () => number) {
    this.#group = group;
    this.#nowMs = nowMs;
    this.#known = { groupId: group.groupId };
  }

  /** What is known now; what is old is asked for anew, for whoever looks next. */
  look(): KnownGroup {
    const nowMs = this.#nowMs();
    // A clock may be set back.
    const isOld = Math.abs(nowMs - this.#askedAtMs) >= ASK_MS;
    if (isOld && !this.#isAsking) void this.#ask();
    const { groupId, described, unknown } = this.#known;
    const isOutdated = unknown === undefined && nowMs - (described?.atMs ?? nowMs) >= OUTDATED_MS;
    return isOutdated ? { groupId } : this.#known;
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    this.#askedAtMs = this.#nowMs();
    const { groupId, described, unknown } = this.#known;
    try {
      const { state, members } = await this.#group.describe();
      this.#known = { groupId, described: { state, members, atMs: this.#nowMs() } };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const sinceMs = unknown?.sinceMs ?? this.#nowMs();
      this.#known = { groupId, described, unknown: { sinceMs, reason } };
    } finally {
      this.#isAsking = false;
    }
  }
}
