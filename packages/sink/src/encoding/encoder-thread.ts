import { Worker } from "node:worker_threads";
import { SinkError } from "../sink-error.ts";
import type { ChunkOrigin } from "./chunk-rows.ts";
import type { EncodedUnit, UnitForm } from "./encoders.ts";
import { movableChunk } from "./movable.ts";
import { fromPortableError, toPortableError } from "./portable-error.ts";
import type { RecordForm } from "./record-decoder.ts";
import { ServedFiles } from "./served-files.ts";
import type { SpareMemory } from "./spare-memory.ts";
import { writtenMetadata } from "./thread-message.ts";
import type { PortableUnit, ThreadAnswer, ThreadRequest } from "./thread-message.ts";

type Settled = Extract<ThreadAnswer, { kind: "chunk-written" | "unit-closed" }>;

/** The thread's file is in the language that this one is in. */
const isSource = import.meta.url.endsWith(".ts");
const ENTRY = new URL(`./encoder-worker.${isSource ? "ts" : "js"}`, import.meta.url);
/** How long a thread may go on with what it is at when nothing more is asked of it. */
const END_TIMEOUT_MS = 2_000;
const SOURCE_CONDITION = "--conditions=@salon/source";

/**
 * A thread that decodes and encodes, as the main thread sees it. Node ends whether or not it runs,
 * unless something is asked of it.
 */
export class EncoderThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #spare: SpareMemory;
  readonly #calls = new Map<number, PromiseWithResolvers<Settled>>();
  readonly #files = new Map<number, ServedFiles>();
  #nextCallId = 1;
  #failure: SinkError | undefined;
  #isEnding = false;
  readonly #ended = Promise.withResolvers<void>();
  #bytesUnderWay = 0;

  constructor(form: RecordForm, spare: SpareMemory) {
    this.#spare = spare;
    this.#worker = new Worker(ENTRY, { workerData: form, ...nodeFlags() });
    this.#worker.unref();
    this.#worker.on("message", (answer: ThreadAnswer) => this.#take(answer));
    this.#worker.on("error", (cause: unknown) => this.#lose(cause));
    this.#worker.on("messageerror", (cause: unknown) => this.#lose(cause));
    this.#worker.on("exit", (code) => {
      this.#ended.resolve();
      this.#lose(new Error(`exit code ${code}`));
    });
  }

  /** Bytes of chunks that it was given and has not answered. */
  get bytesUnderWay(): number {
    return this.#bytesUnderWay;
  }

  get isIdle(): boolean {
    return this.#calls.size === 0;
  }

  /** The first chunk of a unit begins this thread's part of it. */
  async write(
    unitId: number,
    form: UnitForm,
    { chunk, processedAtMs }: ChunkOrigin,
  ): Promise<Extract<Settled, { kind: "chunk-written" }>> {
    const unit = this.#files.has(unitId) ? undefined : this.#openUnit(unitId, form);
    const { value, memory } = movableChunk(chunk, this.#spare);
    const isCopy = value.buffer !== chunk.buffer;
    const { length } = value.buffer;
    const request = { kind: "write-chunk", unitId, unit, chunk: value, processedAtMs } as const;
    this.#bytesUnderWay += length;
    try {
      const written = await this.#call((callId) => this.#send({ ...request, callId }, memory));
      if (written.kind !== "chunk-written") throw new TypeError(`${written.kind} of a chunk`);
      if (isCopy && written.memory instanceof ArrayBuffer) this.#spare.giveBack(written.memory);
      return written;
    } finally {
      this.#bytesUnderWay -= length;
    }
  }

  async closeUnit(unitId: number): Promise<EncodedUnit> {
    const closed = await this.#call((callId) => this.#send({ kind: "close-unit", callId, unitId }));
    if (closed.kind !== "unit-closed") throw new TypeError(`${closed.kind} of a unit`);
    return closed.encoded;
  }

  /** All parts of a unit are closed: its files are no longer this thread's. */
  releaseUnit(unitId: number): void {
    this.#files.delete(unitId);
  }

  /** Gives up a unit, closed or not, and deletes its files, whatever became of the thread. */
  async undoUnit(unitId: number): Promise<void> {
    const files = this.#files.get(unitId);
    this.#files.delete(unitId);
    this.#send({ kind: "forget-unit", unitId });
    await files?.undo();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    this.#send({ kind: "end" });
    this.#worker.ref();
    // One that was stopped in the middle of its start has been seen to take the process with it.
    const timer = setTimeout(() => void this.#worker.terminate(), END_TIMEOUT_MS);
    await this.#ended.promise;
    clearTimeout(timer);
  }

  #openUnit(unitId: number, { table, deadLetters, ...form }: UnitForm): PortableUnit {
    const tables = { rows: table.fileIo, "dead-letters": deadLetters?.table.fileIo };
    this.#files.set(unitId, new ServedFiles(tables));
    return {
      ...form,
      metadata: writtenMetadata(table.metadata),
      deadLetters: deadLetters && {
        metadata: writtenMetadata(deadLetters.table.metadata),
        hasHeaders: deadLetters.hasHeaders,
      },
    };
  }

  #call(send: (callId: number) => void): Promise<Settled> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const callId = this.#nextCallId++;
    const call = Promise.withResolvers<Settled>();
    this.#calls.set(callId, call);
    this.#worker.ref();
    send(callId);
    return call.promise;
  }

  #endCall(callId: number): PromiseWithResolvers<Settled> | undefined {
    const call = this.#calls.get(callId);
    this.#calls.delete(callId);
    if (this.#calls.size === 0) this.#worker.unref();
    return call;
  }

  #take(answer: ThreadAnswer): void {
    switch (answer.kind) {
      case "chunk-written":
      case "unit-closed":
        this.#endCall(answer.callId)?.resolve(answer);
        return;
      case "failed":
        this.#endCall(answer.callId)?.reject(fromPortableError(answer.error));
        return;
      case "file-step":
        void this.#performFileStep(answer);
        return;
      default:
        answer satisfies never;
    }
  }

  async #performFileStep({
    callId,
    unitId,
    fileId,
    step,
  }: Extract<ThreadAnswer, { kind: "file-step" }>): Promise<void> {
    try {
      await this.#files.get(unitId)?.perform(fileId, step);
      this.#send({ kind: "file-step-done", callId });
    } catch (error) {
      this.#send({ kind: "file-step-done", callId, error: toPortableError(error) });
    }
  }

  #send(request: ThreadRequest, memory: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, memory);
  }

  /** The first to say so knows why. */
  #lose(cause: unknown): void {
    if (this.#failure !== undefined) return;
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.#failure = new SinkError(
      "ENCODER_LOST",
      this.#isEnding ? "the encoders are closed" : `an encoder ended by itself: ${reason}`,
      { cause },
    );
    for (const { reject } of this.#calls.values()) reject(this.#failure);
    this.#calls.clear();
  }
}

/**
 * Threads inherit the flags of the process. To name any is for sources that are run by other means
 * than Node's own: flags that are for a process alone would be refused then.
 */
function nodeFlags(): { readonly execArgv?: string[] } {
  const { execArgv } = process;
  const isInherited = !isSource || execArgv.includes(SOURCE_CONDITION);
  return isInherited ? {} : { execArgv: [...execArgv, SOURCE_CONDITION] };
}
