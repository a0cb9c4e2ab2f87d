import type { DirtyKind } from "./dirty-kind.ts";
import { byteLengthMax, writeEventValue, type EventValue } from "./event-value.ts";
import { GeneratorError } from "./generator-error.ts";

/** Free bytes behind the last value, so that a decoder may read on past it. */
export const BATCH_SLACK_BYTES = 64;
/** What starts and ends of 32 bits can address. */
const BATCH_BYTES_MAX = 2 ** 31 - 1;

/** Many events in one buffer, in the layout in which a Kafka chunk holds its records. */
export interface EventBatch {
  readonly count: number;
  /** Keys and values; at least {@link BATCH_SLACK_BYTES} follow the last of them. */
  readonly buffer: Uint8Array;
  /** Key `i` is `buffer[keyStarts[i] .. keyEnds[i]]`; a start of -1 is no key. */
  readonly keyStarts: Int32Array;
  readonly keyEnds: Int32Array;
  /** As for keys; a start of -1 is a null value. */
  readonly valueStarts: Int32Array;
  readonly valueEnds: Int32Array;
  readonly kinds: readonly ("clean" | DirtyKind)[];
  /** Events that a sink must reject. */
  readonly invalidCount: number;
}

/** Keys and values written one behind the other into a buffer that grows. */
export interface BatchBuffer {
  /** Appends a key or a value and returns where it ends. */
  append(content: EventValue): number;
  /** Where the next content starts. */
  readonly length: number;
  /** What was written, with slack behind it. */
  finish(): Uint8Array;
}

/** A buffer with room for about `capacityBytes`. */
export function createBatchBuffer(capacityBytes: number): BatchBuffer {
  let buffer = Buffer.allocUnsafe(Math.min(Math.max(capacityBytes, 1_024), 2 ** 26));
  let length = 0;
  const reserve = (bytes: number): void => {
    const needed = length + bytes;
    if (needed <= buffer.length) return;
    if (needed > BATCH_BYTES_MAX) {
      throw new GeneratorError("SETTINGS_INVALID", "count makes a batch of more than 2 GiB");
    }
    const grown = Buffer.allocUnsafe(
      Math.min(BATCH_BYTES_MAX, Math.max(needed, 2 * buffer.length)),
    );
    buffer.copy(grown, 0, 0, length);
    buffer = grown;
  };
  return {
    append(content) {
      reserve(byteLengthMax(content));
      return (length = writeEventValue(content, buffer, length));
    },
    get length() {
      return length;
    },
    finish() {
      reserve(BATCH_SLACK_BYTES);
      buffer.fill(0, length, length + BATCH_SLACK_BYTES);
      return new Uint8Array(buffer.buffer, buffer.byteOffset, length + BATCH_SLACK_BYTES);
    },
  };
}
