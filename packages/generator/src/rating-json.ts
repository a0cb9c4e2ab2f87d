import { formatLocalDateTime, writeLocalDateTime } from "./local-date-time.ts";
import { formatTenths, type Rating } from "./rating.ts";

/** The fields of a rating, in the order in which they are written. */
export const RATING_FIELDS: readonly string[] = [
  "customer_id",
  "branch_id",
  "employee_id",
  "treatment_id",
  "rating_value",
  "comment",
  "timestamp",
];

/** A rating as the JSON object that is sent; its comment needs no escaping. */
export function serializeRating(rating: Rating): string {
  return (
    `{"customer_id":${rating.customerId},"branch_id":${rating.branchId}` +
    `,"employee_id":${rating.employeeId},"treatment_id":${rating.treatmentId}` +
    `,"rating_value":${formatTenths(rating.ratingTenths)},"comment":"${rating.comment}"` +
    `,"timestamp":"${formatLocalDateTime(rating.timestamp)}"}`
  );
}

/** Bytes that a rating has at most, beside three for each UTF-16 unit of its comment. */
export const RATING_BYTES_MAX = 256;

/**
 * Writes what {@link serializeRating} says, in UTF-8, and returns where it ends. Parts are encoded
 * when they come for the first time: there are few customers, treatments and sentences.
 */
export function writeRating(rating: Rating, target: Uint8Array, at: number): number {
  let end = copy(customerPart(rating.customerId), target, at);
  end = copy(branchPart(rating.branchId), target, end);
  end = copy(employeePart(rating.employeeId), target, end);
  end = copy(treatmentPart(rating.treatmentId), target, end);
  end = copy(valuePart(rating.ratingTenths), target, end);
  end = copy(commentPart(rating.comment), target, end);
  end = writeLocalDateTime(rating.timestamp, target, end);
  return copy(END, target, end);
}

const customerPart = encodedOnce((id: number) => `{"customer_id":${id}`);
const branchPart = encodedOnce((id: number) => `,"branch_id":${id}`);
const employeePart = encodedOnce((id: number) => `,"employee_id":${id}`);
const treatmentPart = encodedOnce((id: number) => `,"treatment_id":${id}`);
const valuePart = encodedOnce((tenths: number) => `,"rating_value":${formatTenths(tenths)}`);
const commentPart = encodedOnce((text: string) => `,"comment":"${text}","timestamp":"`);
const END = Buffer.from('"}');

function encodedOnce<Value>(textOf: (value: Value) => string): (value: Value) => Uint8Array {
  const parts = new Map<Value, Uint8Array>();
  return (value) => {
    const known = parts.get(value);
    if (known !== undefined) return known;
    const part = Buffer.from(textOf(value));
    parts.set(value, part);
    return part;
  };
}

function copy(part: Uint8Array, target: Uint8Array, at: number): number {
  target.set(part, at);
  return at + part.length;
}

/** The same object as field names and the JSON texts of their values, to be changed and joined. */
export function ratingFields(rating: Rating): Map<string, string> {
  return new Map([
    ["customer_id", String(rating.customerId)],
    ["branch_id", String(rating.branchId)],
    ["employee_id", String(rating.employeeId)],
    ["treatment_id", String(rating.treatmentId)],
    ["rating_value", formatTenths(rating.ratingTenths)],
    ["comment", `"${rating.comment}"`],
    ["timestamp", `"${formatLocalDateTime(rating.timestamp)}"`],
  ]);
}

/** A JSON object of field names and the JSON texts of their values. */
export function joinFields(fields: Iterable<readonly [string, string]>): string {
  const members = Array.from(fields, ([name, text]) => `"${name}":${text}`);
  return `{${members.join(",")}}`;
}
