import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import type { OperationOptions } from "../io/file-io.ts";

/** The effects of a transaction besides catalog and storage; each has its natural default. */
export interface TransactionComponents {
  /** Milliseconds since 1970. */
  readonly nowMs?: (() => number) | undefined;
  readonly randomUuid?: (() => string) | undefined;
  /** Between 0 and 1, for jitter. */
  readonly random?: (() => number) | undefined;
  readonly sleep?: ((delayMs: number, options: OperationOptions) => Promise<void>) | undefined;
}

/** {@link TransactionComponents} with every default filled in. */
export interface TransactionEffects {
  readonly nowMs: () => number;
  readonly randomUuid: () => string;
  readonly random: () => number;
  readonly sleep: (delayMs: number, options: OperationOptions) => Promise<void>;
}

/** Fills in the defaults. */
export function effectsOf(components: TransactionComponents = {}): TransactionEffects {
  return {
    nowMs: components.nowMs ?? Date.now,
    randomUuid: components.randomUuid ?? randomUUID,
    random: components.random ?? Math.random,
    sleep:
      components.sleep ??
      ((delayMs, { signal }) => delay(delayMs, undefined, signal === undefined ? {} : { signal })),
  };
}

/** A positive 63-bit snapshot id, drawn from the randomness of a UUID. */
export function newSnapshotId(randomUuid: () => string): bigint {
  const bits = BigInt(`0x${randomUuid().replaceAll("-", "")}`);
  // Both halves together: version and variant of a UUID are fixed bits.
  const id = BigInt.asUintN(63, bits ^ (bits >> 64n));
  return id === 0n ? 1n : id;
}
