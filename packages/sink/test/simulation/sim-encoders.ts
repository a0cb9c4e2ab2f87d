import type { EncodedChunk, EncodedUnit, Encoders } from "../../src/encoding/encoders.ts";
import type { OpenEncoders, UnitEncoder, UnitForm } from "../../src/encoding/encoders.ts";
import { encodeHere } from "../../src/encoding/unit-writer.ts";
import type { SimProcess } from "./sim-world.ts";

const THREADS = 2;
const CHUNKS_MAX = 4;
const WAIT_MAX_MS = 300;

/**
 * What a pool of threads is to an engine: several chunks are written at the same time, each takes
 * as long as it will, and a unit has files of several writers. Harder than a pool, which answers
 * in order.
 */
export function encodeAhead(process: SimProcess): OpenEncoders {
  return (form) => {
    const threads = Array.from({ length: THREADS }, () => encodeHere(form, process.nowMs));
    const waiting: (() => void)[] = [];
    const underWay = new Set<symbol>();
    return {
      openUnit: (unit) =>
        new UnitAhead(threads, unit, async (write) => {
          const own = Symbol();
          underWay.add(own);
          try {
            await process.pass(WAIT_MAX_MS);
            return await write(process.world.between(0, THREADS - 1));
          } finally {
            underWay.delete(own);
            waiting.shift()?.();
          }
        }),
      async room() {
        while (underWay.size >= CHUNKS_MAX) {
          await new Promise<void>((resolve) => waiting.push(resolve));
        }
      },
      async [Symbol.asyncDispose]() {},
    };
  };
}

type InSomeThread = (write: (thread: number) => Promise<EncodedChunk>) => Promise<EncodedChunk>;

class UnitAhead implements UnitEncoder {
  readonly #threads: readonly Encoders[];
  readonly #form: UnitForm;
  readonly #inSomeThread: InSomeThread;
  readonly #parts = new Map<number, UnitEncoder>();

  constructor(threads: readonly Encoders[], form: UnitForm, inSomeThread: InSomeThread) {
    this.#threads = threads;
    this.#form = form;
    this.#inSomeThread = inSomeThread;
  }

  get estimatedBytes(): number {
    return [...this.#parts.values()].reduce((sum, part) => sum + part.estimatedBytes, 0);
  }

  get bufferedBytes(): number {
    return [...this.#parts.values()].reduce((sum, part) => sum + part.bufferedBytes, 0);
  }

  write(...given: Parameters<UnitEncoder["write"]>): Promise<EncodedChunk> {
    return this.#inSomeThread((thread) => {
      const part = this.#parts.get(thread) ?? this.#threads[thread]!.openUnit(this.#form);
      this.#parts.set(thread, part);
      return part.write(...given);
    });
  }

  async close(): Promise<EncodedUnit> {
    const closed: EncodedUnit[] = [];
    for (const part of this.#parts.values()) closed.push(await part.close());
    return {
      dataFiles: closed.flatMap(({ dataFiles }) => dataFiles),
      deadLetterFiles: closed.flatMap(({ deadLetterFiles }) => deadLetterFiles),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const part of this.#parts.values()) await part[Symbol.asyncDispose]();
  }
}
