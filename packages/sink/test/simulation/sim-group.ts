import type { SimTopic } from "./sim-topic.ts";
import type { SimWorld } from "./sim-world.ts";

/** A member as the group sees it. */
export interface GroupSeat {
  readonly name: string;
  /** Told, after a while, that its generation is over. */
  readonly endGeneration: (afterMs: number) => void;
}

interface Joined {
  readonly seat: GroupSeat;
  readonly resolve: (partitions: readonly number[] | undefined) => void;
}

const REBALANCE_TIMEOUT_MS = 6_000;
const HEARTBEAT_MS = 1_000;

/**
 * A consumer group of the classic protocol: whenever it changes everybody is told to give back and
 * to join anew; who is not back in time is left out, and does not know of it.
 */
export class SimGroup {
  readonly #world: SimWorld;
  readonly #topic: SimTopic;
  readonly #isCalm: () => boolean;
  readonly #members = new Set<GroupSeat>();
  #joined: Joined[] = [];
  #isRebalancing = false;
  #forgetTimeout = (): void => undefined;

  /** Until it is calm, who has just joined is told to join anew, as if others came and went. */
  constructor(world: SimWorld, topic: SimTopic, isCalm: () => boolean) {
    this.#world = world;
    this.#topic = topic;
    this.#isCalm = isCalm;
  }

  /** Whether members are left alone that have joined. */
  get isCalm(): boolean {
    return this.#isCalm();
  }

  /** The partitions that are the member's once everybody is here, or late; undefined: join anew. */
  join(seat: GroupSeat): Promise<readonly number[] | undefined> {
    const { promise, resolve } = Promise.withResolvers<readonly number[] | undefined>();
    this.#members.add(seat);
    this.#joined.push({ seat, resolve });
    this.rebalance();
    this.#finishIfAllAreHere();
    return promise;
  }

  /** Gone at once, as by an orderly leave or the end of a session. */
  remove(seat: GroupSeat): void {
    if (!this.#members.delete(seat)) return;
    for (const joined of this.#joined) if (joined.seat === seat) joined.resolve(undefined);
    this.#joined = this.#joined.filter((joined) => joined.seat !== seat);
    this.rebalance();
    this.#finishIfAllAreHere();
  }

  /** Has everybody join anew. */
  rebalance(): void {
    if (this.#isRebalancing) return;
    this.#isRebalancing = true;
    const spared = this.isCalm ? this.#seatsHere() : new Set<GroupSeat>();
    for (const seat of this.#members) {
      if (!spared.has(seat)) seat.endGeneration(this.#world.between(0, HEARTBEAT_MS));
    }
    this.#forgetTimeout = this.#world.startTimer(() => {
      const here = this.#seatsHere();
      for (const seat of this.#members) if (!here.has(seat)) this.#members.delete(seat);
      this.#finish();
    }, REBALANCE_TIMEOUT_MS);
  }

  #seatsHere(): ReadonlySet<GroupSeat> {
    return new Set(this.#joined.map(({ seat }) => seat));
  }

  #finishIfAllAreHere(): void {
    if (this.#isRebalancing && this.#joined.length === this.#members.size) this.#finish();
  }

  #finish(): void {
    this.#forgetTimeout();
    this.#isRebalancing = false;
    const joined = this.#joined;
    this.#joined = [];
    const partitions = this.#topic.current.partitions.map((_, partition) => partition);
    for (const [index, { seat, resolve }] of joined.entries()) {
      const share = partitions.filter((partition) => partition % joined.length === index);
      this.#world.log(`${seat.name} is given ${share.join(",")}`);
      resolve(share);
    }
  }
}
