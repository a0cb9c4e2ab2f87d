/** Days from 1970-01-01 to an ISO date. */
export function date(iso: string): number {
  return Date.parse(iso) / 86_400_000;
}

/** Microseconds from 1970-01-01T00:00:00 to an ISO date-time without a zone. */
export function micros(iso: string): bigint {
  const [whole = "", fraction = ""] = iso.split(".");
  return BigInt(Date.parse(`${whole}Z`)) * 1000n + BigInt(fraction.padEnd(6, "0"));
}

/** The 16 bytes of a UUID. */
export function uuid(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll("-", ""), "hex"));
}

/** Bytes from numbers. */
export function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** The UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
