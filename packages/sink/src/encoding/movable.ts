import type { RecordChunk } from "@salon/kafka-io";
import type { SpareMemory } from "./spare-memory.ts";

/** Something for another thread, with the memory in it that leaves this one. */
export interface Movable<T> {
  readonly value: T;
  readonly memory: readonly ArrayBuffer[];
}

/** Bytes for another thread: they move where they are alone in their memory, else a copy does. */
export function movableBytes(bytes: Uint8Array): Movable<Uint8Array> {
  const value = isAlone(bytes) ? bytes : new Uint8Array(bytes);
  return { value, memory: takeInto([], value) };
}

/**
 * A chunk for another thread. Memory that is the chunk's alone moves; what is a part of something
 * larger, as the records of one partition in the answer to a fetch of several are, is copied once.
 */
export function movableChunk(chunk: RecordChunk, spare: SpareMemory): Movable<RecordChunk> {
  const memory: ArrayBuffer[] = [];
  const { timestampsMs, headerStarts, headerEnds } = chunk;
  const buffer = isAlone(chunk.buffer) ? chunk.buffer : spare.copyOf(chunk.buffer);
  takeInto(memory, buffer);
  const value: RecordChunk = {
    ...chunk,
    buffer,
    valueStarts: integersInto(memory, chunk.valueStarts),
    valueEnds: integersInto(memory, chunk.valueEnds),
    keyStarts: integersInto(memory, chunk.keyStarts),
    keyEnds: integersInto(memory, chunk.keyEnds),
    headerStarts: headerStarts && integersInto(memory, headerStarts),
    headerEnds: headerEnds && integersInto(memory, headerEnds),
    timestampsMs: isAlone(timestampsMs) ? timestampsMs : new Float64Array(timestampsMs),
  };
  return { value, memory: takeInto(memory, value.timestampsMs) };
}

function integersInto(memory: ArrayBuffer[], view: Int32Array): Int32Array {
  const own = isAlone(view) ? view : new Int32Array(view);
  takeInto(memory, own);
  return own;
}

function isAlone({ buffer, byteLength }: ArrayBufferView): boolean {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
}

/** The same array may stand in two places. */
function takeInto(memory: ArrayBuffer[], { buffer }: ArrayBufferView): ArrayBuffer[] {
  if (buffer instanceof ArrayBuffer && !memory.includes(buffer)) memory.push(buffer);
  return memory;
}
