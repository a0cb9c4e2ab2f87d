import { AnswerMemory } from "../broker/answer-memory.ts";

const LENGTH_SIZE = 4;
/** Behind a response, so that its last record batch can be read by whole words where it lies. */
const SLACK_BYTES = 64;

/**
 * Puts a stream of bytes together to the responses of Kafka's protocol, each behind its int32
 * length. A response has a buffer of its own, into which its bytes are copied once as they come,
 * and whose memory the next ones may have when it is given back.
 */
export class ResponseReader {
  readonly #sizeMax: number;
  readonly #length: Buffer = Buffer.alloc(LENGTH_SIZE);
  readonly #memory: AnswerMemory = new AnswerMemory();
  /** Undefined while the length is being read. */
  #response: Buffer | undefined;
  #filled = 0;

  /** A response of more bytes is none: the other side does not speak Kafka's protocol. */
  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  /**
   * Takes the next bytes, which may be overwritten afterwards, and gives the responses that are
   * complete, without their lengths.
   *
   * @throws RangeError for a length that is negative or above the limit: the stream is lost.
   */
  push(bytes: Uint8Array): Buffer[] {
    const complete: Buffer[] = [];
    let at = 0;
    while (at < bytes.length) {
      const target = this.#response ?? this.#length;
      const end = Math.min(bytes.length, at + target.length - this.#filled);
      target.set(bytes.subarray(at, end), this.#filled);
      this.#filled += end - at;
      at = end;
      if (this.#filled < target.length) break;
      this.#filled = 0;
      if (this.#response !== undefined) complete.push(this.#response);
      this.#response = this.#response === undefined ? this.#nextResponse() : undefined;
    }
    return complete;
  }

  #nextResponse(): Buffer {
    const length = this.#length.readInt32BE();
    if (length < LENGTH_SIZE || length > this.#sizeMax) {
      throw new RangeError(`a response of ${length} bytes`);
    }
    // Its pages are touched only as bytes come.
    return Buffer.from(this.#memory.take(length + SLACK_BYTES), 0, length);
  }
}
