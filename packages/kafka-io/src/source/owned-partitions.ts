import type { ParticipantOutput } from "./group-participant.ts";

/** What the owner has been given, until it has given that back. */
interface Share {
  readonly partitions: readonly number[];
  readonly ended: AbortController;
  readonly taking: Promise<void>;
}

/**
 * The partitions that a member has. They are given to its owner and taken back whole, so that it
 * never has to tell kept ones from new ones; as long as the group leaves them as they are, the
 * owner hears nothing of generations that come and go.
 */
export class OwnedPartitions {
  readonly #output: Pick<ParticipantOutput, "onAssigned" | "onRevoked">;
  readonly #stop: AbortSignal;
  #share: Share | undefined;

  /** Once `stop` is aborted the owner is told nothing more. */
  constructor(output: Pick<ParticipantOutput, "onAssigned" | "onRevoked">, stop: AbortSignal) {
    this.#output = output;
    this.#stop = stop;
  }

  /** Empty where none are. */
  get partitions(): readonly number[] {
    return this.#share?.partitions ?? [];
  }

  /** Has exactly these; resolves when others are given back, and not when these are begun. */
  async change(partitions: readonly number[]): Promise<void> {
    const isSame =
      this.#share?.partitions.length === partitions.length &&
      this.#share.partitions.every((partition) => partitions.includes(partition));
    if (isSame) return;
    await this.giveBack();
    if (this.#stop.aborted) return;
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, this.#stop]);
    this.#share = { partitions, ended, taking: this.#output.onAssigned(partitions, signal) };
  }

  /** Has none; resolves when the owner is done with them. */
  async giveBack(): Promise<void> {
    const share = this.#share;
    if (share === undefined) return;
    share.ended.abort();
    await share.taking;
    this.#share = undefined;
    if (!this.#stop.aborted) await this.#output.onRevoked();
  }
}
