/**
 * What a sink must accept, written down a second time as plainly as possible: a UTF-8 JSON object
 * without byte order mark whose known fields are null, absent or of the right type.
 */
export function isValidRecord(value: Uint8Array | undefined): boolean {
  if (value === undefined) return false;
  if (value[0] === 0xef && value[1] === 0xbb && value[2] === 0xbf) return false;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(value);
    const parsed: unknown = JSON.parse(text);
    if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed)) return false;
    const record = parsed as Record<string, unknown>;
    return Object.entries(FIELDS).every(([name, holds]) => {
      const field = Object.hasOwn(record, name) ? record[name] : null;
      return field === null || holds(field);
    });
  } catch {
    return false;
  }
}

const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  customer_id: isInt,
  branch_id: isInt,
  employee_id: isInt,
  treatment_id: isInt,
  rating_value: (value) => typeof value === "number" && Number.isFinite(Math.fround(value)),
  comment: (value) => typeof value === "string",
  timestamp: isLocalDateTime,
};

function isInt(value: unknown): boolean {
  return Number.isInteger(value) && Math.abs(Number(value) + 0.5) <= 2 ** 31 - 0.5;
}

function isLocalDateTime(value: unknown): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?$/.exec(String(value));
  if (typeof value !== "string" || match === null) return false;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return year >= 1 && day >= 1 && day <= days && hour <= 23 && minute <= 59 && second <= 59;
}
