import { KafkaIoError } from "../kafka-io-error.ts";
import type { ParticipantOutput } from "./group-participant.ts";

/** Whether the owner of a membership makes no progress, for too long; reported once each time. */
export class HungWatch {
  readonly #groupId: string;
  readonly #output: Pick<ParticipantOutput, "isAlive" | "onTrouble">;
  #isHung = false;

  constructor(groupId: string, output: Pick<ParticipantOutput, "isAlive" | "onTrouble">) {
    this.#groupId = groupId;
    this.#output = output;
  }

  look(): boolean {
    const isAlive = this.#output.isAlive();
    if (!isAlive && !this.#isHung) {
      const groupId = this.#groupId;
      const message = `member of group ${groupId} makes no progress: its heartbeats stop`;
      this.#output.onTrouble(new KafkaIoError("MEMBER_HUNG", message, { context: { groupId } }));
    }
    this.#isHung = !isAlive;
    return this.#isHung;
  }
}
