import type { OperationOptions } from "./file-io.ts";

/** What serves until it ends or is refused: a token, a set of credentials. */
export interface Lease<T> {
  readonly value: T;
  /** Milliseconds since 1970; absent where nobody said. */
  readonly endsAtMs?: number | undefined;
}

/** Where leases come from. */
export interface LeaseComponents<T> {
  readonly request: () => Promise<Lease<T>>;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** A lease is renewed when a tenth of its time is left, or this much. */
const renewalWindowMaxMs = 300_000;
/** Between two tries to renew a lease that still serves. */
const renewalPauseMs = 10_000;

interface HeldLease<T> {
  readonly value: T;
  readonly renewAtMs: number;
  readonly endsAtMs: number;
}

/**
 * One lease for all who need it. It is renewed beside its users before it ends; they wait only
 * where none is left, all for the same request. While renewal fails, the old one serves to its end.
 */
export class RenewedLease<T> {
  readonly #components: LeaseComponents<T>;
  #held: HeldLease<T> | undefined;
  #pending: Promise<T> | undefined;

  constructor(components: LeaseComponents<T>) {
    this.#components = components;
  }

  /** The value that serves now. Errors: those of `request`; an abort ends the waiting alone. */
  async get(options: OperationOptions = {}): Promise<T> {
    const held = this.#usable();
    return held === undefined ? waitFor(this.#renew(), options) : held.value;
  }

  /** Takes a lease that came by itself in place of the one that is held. */
  offer({ value, endsAtMs = Number.POSITIVE_INFINITY }: Lease<T>): void {
    const lifetimeMs = endsAtMs - this.#components.nowMs();
    // One that had ended when it came tells of clocks that differ: it serves until it is refused.
    const endMs = lifetimeMs > 0 ? endsAtMs : Number.POSITIVE_INFINITY;
    const windowMs = Math.min(lifetimeMs / 10, renewalWindowMaxMs);
    this.#held = { value, endsAtMs: endMs, renewAtMs: endMs - windowMs };
  }

  /** Drops the value that is held where it is the one that was refused. */
  refuse(isRefused: (held: T) => boolean): void {
    if (this.#held !== undefined && isRefused(this.#held.value)) this.#held = undefined;
  }

  #usable(): HeldLease<T> | undefined {
    const held = this.#held;
    const now = this.#components.nowMs();
    if (held === undefined || now < held.renewAtMs) return held;
    if (now >= held.endsAtMs) return undefined;
    this.#renew().catch(() => {
      // Whoever finds none left is told why.
      if (this.#held !== held) return;
      this.#held = { ...held, renewAtMs: Math.min(now + renewalPauseMs, held.endsAtMs) };
    });
    return held;
  }

  #renew(): Promise<T> {
    this.#pending ??= this.#request().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #request(): Promise<T> {
    const lease = await this.#components.request();
    this.offer(lease);
    return lease.value;
  }
}

/** The outcome, or the abort of the one who waits. */
async function waitFor<T>(outcome: Promise<T>, { signal }: OperationOptions): Promise<T> {
  if (signal === undefined) return outcome;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(signal.reason);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([outcome, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
