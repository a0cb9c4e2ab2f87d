import { isUtf8 } from "node:buffer";

/** A rating as the contract reads it, written down once more without any of the package's code. */
export function expectedRating(bytes: Uint8Array): Record<string, unknown> | undefined {
  if (!isUtf8(bytes)) return undefined;
  let event: unknown;
  try {
    event = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
  if (typeof event !== "object" || event === null || Array.isArray(event)) return undefined;
  const members = new Map(Object.entries(event));
  const row: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(READERS)) {
    const value: unknown = members.get(name) ?? null;
    const result = value === null ? null : read(value);
    if (result === undefined) return undefined;
    row[name] = result;
  }
  return row;
}

type Reader = (value: unknown) => string | number | undefined;

const readInt: Reader = (value) =>
  typeof value === "number" && Number.isInteger(value) && Math.abs(value + 0.5) < 2 ** 31
    ? value + 0
    : undefined;

const readFloat: Reader = (value) => {
  if (typeof value !== "number") return undefined;
  const [float] = new Float32Array([value]);
  return Number.isFinite(float) ? float : undefined;
};

const readText: Reader = (value) =>
  typeof value === "string" ? value.replace(/\p{Surrogate}/gu, "\ufffd") : undefined;

/** A day is in the calendar where Date, told to go there, does not end up elsewhere. */
const readDateTime: Reader = (value) => {
  if (typeof value !== "string") return undefined;
  const match = /^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?$/.exec(
    value,
  );
  if (match === null || value.startsWith("0000")) return undefined;
  const date = new Date(`${match[1]}Z`);
  const isReal = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(match[1]!);
  return isReal ? value : undefined;
};

const READERS: Readonly<Record<string, Reader>> = {
  customer_id: readInt,
  branch_id: readInt,
  employee_id: readInt,
  treatment_id: readInt,
  rating_value: readFloat,
  comment: readText,
  timestamp: readDateTime,
};
