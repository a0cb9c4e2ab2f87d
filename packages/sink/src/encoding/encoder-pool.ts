import type { RecordChunk } from "@salon/kafka-io";
import { EncoderThread } from "./encoder-thread.ts";
import type { EncodedChunk, EncodedUnit, Encoders, UnitEncoder, UnitForm } from "./encoders.ts";
import { checkForm } from "./record-decoder.ts";
import type { RecordForm } from "./record-decoder.ts";
import { SpareMemory } from "./spare-memory.ts";

/** Chunks for each thread: one that it is at, and one that it goes on with. */
const CHUNKS_PER_THREAD = 2;

/**
 * Encodes in threads. Each writes files of its own for a unit; a chunk goes to the one that has
 * least to do, and of equals to the first, so that few records make few files.
 */
export class EncoderPool implements Encoders {
  readonly #form: RecordForm;
  readonly #threadsMax: number;
  readonly #spare: SpareMemory;
  readonly #threads: EncoderThread[];
  readonly #waiting: (() => void)[] = [];
  #chunksUnderWay = 0;
  #nextUnitId = 1;

  /** Throws RULES_INVALID, and TIME_ZONE_UNKNOWN for an unknown zone. */
  constructor(form: RecordForm, { threads }: { readonly threads: number }) {
    checkForm(form);
    this.#form = form;
    this.#threadsMax = threads;
    this.#spare = new SpareMemory({ countMax: CHUNKS_PER_THREAD * threads });
    this.#threads = [new EncoderThread(form, this.#spare)];
  }

  openUnit(form: UnitForm): UnitEncoder {
    const memoryLimitBytes = Math.ceil(form.memoryLimitBytes / this.#threadsMax);
    return new PooledUnit(this, this.#nextUnitId++, { ...form, memoryLimitBytes });
  }

  async room(): Promise<void> {
    while (this.#chunksUnderWay >= CHUNKS_PER_THREAD * this.#threadsMax) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Has a chunk written by the thread that has least to do. */
  async write<T>(write: (thread: EncoderThread) => Promise<T>): Promise<T> {
    this.#chunksUnderWay++;
    try {
      return await write(this.#leastBusy());
    } finally {
      this.#chunksUnderWay--;
      this.#waiting.shift()?.();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread[Symbol.asyncDispose]()));
  }

  /** Threads are begun when those that there are have enough to do. */
  #leastBusy(): EncoderThread {
    const [first, ...others] = this.#threads;
    let least = first!;
    for (const thread of others) {
      if (thread.bytesUnderWay < least.bytesUnderWay) least = thread;
    }
    if (least.isIdle || this.#threads.length === this.#threadsMax) return least;
    const added = new EncoderThread(this.#form, this.#spare);
    this.#threads.push(added);
    return added;
  }
}

/** What a thread has of a unit, as it last said. */
interface UnitPart {
  estimatedBytes: number;
  bufferedBytes: number;
  bytesUnderWay: number;
}

/** A unit whose chunks go to several threads. */
class PooledUnit implements UnitEncoder {
  readonly #pool: EncoderPool;
  readonly #unitId: number;
  readonly #form: UnitForm;
  readonly #parts = new Map<EncoderThread, UnitPart>();
  /** The answer to the last chunk. */
  #lastAnswer: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(pool: EncoderPool, unitId: number, form: UnitForm) {
    this.#pool = pool;
    this.#unitId = unitId;
    this.#form = form;
  }

  get estimatedBytes(): number {
    return this.#sum(({ estimatedBytes }) => estimatedBytes);
  }

  get bufferedBytes(): number {
    return this.#sum(({ bufferedBytes, bytesUnderWay }) => bufferedBytes + bytesUnderWay);
  }

  write(chunk: RecordChunk, processedAtMs: number): Promise<EncodedChunk> {
    const before = this.#lastAnswer;
    const writing = this.#pool.write((thread) => this.#writeIn(thread, chunk, processedAtMs));
    const answer = Promise.allSettled([before, writing]).then(() => writing);
    this.#lastAnswer = answer;
    return answer;
  }

  async close(): Promise<EncodedUnit> {
    const threads = [...this.#parts.keys()];
    const closing = await Promise.allSettled(
      threads.map((thread) => thread.closeUnit(this.#unitId)),
    );
    const closed = closing.map((part) => {
      if (part.status === "rejected") throw part.reason;
      return part.value;
    });
    this.#isClosed = true;
    for (const thread of threads) thread.releaseUnit(this.#unitId);
    for (const part of this.#parts.values()) part.bufferedBytes = 0;
    return {
      dataFiles: closed.flatMap(({ dataFiles }) => dataFiles),
      deadLetterFiles: closed.flatMap(({ deadLetterFiles }) => deadLetterFiles),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    for (const thread of this.#parts.keys()) await thread.undoUnit(this.#unitId);
  }

  async #writeIn(
    thread: EncoderThread,
    chunk: RecordChunk,
    processedAtMs: number,
  ): Promise<EncodedChunk> {
    const part = this.#parts.get(thread) ?? {
      estimatedBytes: 0,
      bufferedBytes: 0,
      bytesUnderWay: 0,
    };
    this.#parts.set(thread, part);
    const { length } = chunk.buffer;
    part.bytesUnderWay += length;
    try {
      const written = await thread.write(this.#unitId, this.#form, { chunk, processedAtMs });
      part.estimatedBytes = written.estimatedBytes;
      part.bufferedBytes = written.bufferedBytes;
      return written.encoded;
    } finally {
      part.bytesUnderWay -= length;
    }
  }

  #sum(bytesOf: (part: UnitPart) => number): number {
    let bytes = 0;
    for (const part of this.#parts.values()) bytes += bytesOf(part);
    return bytes;
  }
}
