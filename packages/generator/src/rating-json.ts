import { formatLocalDateTime } from "./local-date-time.ts";
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
