import { AnswerMemory } from "../broker/answer-memory.ts";

const LENGTH_SIZE = 4;
/** Behind a response, so that its last record batch can be read by whole words where it lies. */
const SLACK_BYTES = 64;
/** One read of the system's; larger ones leave the processor's cache and are slower. */
const READ_BYTES = 64 * 1024;

/**
 * Puts a stream of bytes together to the responses of Kafka's protocol, each behind its int32
 * length. A response has a buffer of its own, whose memory the next ones may have when it is given
 * back. Most of a long one is read straight into it; other bytes are copied once as they come.
 */
export class ResponseReader {
  readonly #sizeMax: number;
  readonly #length: Buffer = Buffer.alloc(LENGTH_SIZE);
  readonly #memory: AnswerMemory = new AnswerMemory();
  /** For bytes of which it is not known how many belong to the response under way. */
  #landing: Buffer | undefined;
  #isLanding = true;
  /** Undefined while the length is being read. */
  #response: Buffer | undefined;
  #filled = 0;

  /** A response of more bytes is none: the other side does not speak Kafka's protocol. */
  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  /** Where the next read is to put its bytes. */
  room(): Buffer {
    const response = this.#response;
    const end = this.#filled + READ_BYTES;
    this.#isLanding = response === undefined || end > response.length;
    if (response !== undefined && !this.#isLanding) return response.subarray(this.#filled, end);
    // Always the same: none is made, and none is thrown away, for each read.
    return (this.#landing ??= Buffer.allocUnsafeSlow(READ_BYTES));
  }

  /** As {@link push}, of so many bytes that were put where `room` said last. */
  take(size: number): Buffer[] {
    const landing = this.#landing;
    if (this.#isLanding && landing !== undefined) return this.push(landing.subarray(0, size));
    this.#filled += size;
    return this.#completed();
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
      complete.push(...this.#completed());
    }
    return complete;
  }

  /** The response, if all of it is there. Behind a length comes a response, and the other way. */
  #completed(): Buffer[] {
    const response = this.#response;
    if (this.#filled < (response ?? this.#length).length) return [];
    this.#filled = 0;
    this.#response = response === undefined ? this.#nextResponse() : undefined;
    return response === undefined ? [] : [response];
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
