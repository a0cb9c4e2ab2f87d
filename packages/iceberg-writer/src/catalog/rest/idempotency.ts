/** Keys under which a server applies a request once, however often it arrives. */
export interface Idempotency {
  /** How long the server remembers a key. */
  readonly lifetimeMs: number;
  readonly newKey: () => string;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** What keys are made of. */
export interface IdempotencyComponents {
  readonly nowMs: () => number;
  readonly randomUuid: () => string;
}

/** The keys of a server that announces `idempotency-key-lifetime`. */
export function createIdempotency(
  lifetimeMs: number,
  { nowMs, randomUuid }: IdempotencyComponents,
): Idempotency {
  return { lifetimeMs, nowMs, newKey: () => timeOrderedUuid(nowMs(), randomUuid()) };
}

/** A UUID of version 7 (RFC 9562, section 5.7) with the random bits of one of version 4. */
export function timeOrderedUuid(nowMs: number, random: string): string {
  const time = nowMs.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

/** Reads the days, hours, minutes and seconds of an ISO 8601 duration; undefined for others. */
export function durationMs(text: string): number | undefined {
  const parts =
    /^P(?:(?<days>\d+)D)?(?:T(?:(?<hours>\d+)H)?(?:(?<minutes>\d+)M)?(?:(?<seconds>[\d.]+)S)?)?$/iu.exec(
      text,
    )?.groups;
  if (parts === undefined) return undefined;
  const { days = 0, hours = 0, minutes = 0, seconds = 0 } = parts;
  const total = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return total > 0 ? total * 1000 : undefined;
}
