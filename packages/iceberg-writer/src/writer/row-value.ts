import { IcebergError } from "../iceberg-error.ts";
import { primitiveTypeToString, type PrimitiveType } from "../spec/type.ts";
import { isValueOf, type PrimitiveValue } from "../spec/value.ts";

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})T([\d:.]+)(Z|[+-]\d{2}:\d{2})?$/;
const OFFSET = /^([+-])(\d{2}):(\d{2})$/;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/;
const EXPONENTIAL = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/;

const MILLIS_PER_DAY = 86_400_000;
const MICROS_PER_DAY = 86_400_000_000n;
const MICROS_PER_MINUTE = 60_000_000n;

/**
 * A value of a type from what programs have: besides the forms of {@link PrimitiveValue},
 *
 * - int takes a bigint, long an integer that a number holds exactly;
 * - decimal takes text (`"12.30"`) or a number, as what it says and not unscaled; a bigint IS
 *   unscaled; digits behind the scale must be zeros;
 * - date takes a `Date` (its day in UTC) or `YYYY-MM-DD`;
 * - time takes `HH:MM:SS.ffffff`, its seconds optional;
 * - timestamp takes a `Date` (its fields in UTC) or an ISO date-time without a zone, timestamptz a
 *   `Date` or an ISO date-time with one;
 * - uuid takes its text.
 *
 * `VALUE_INVALID` for anything else.
 */
export function rowValue(type: PrimitiveType, value: unknown): PrimitiveValue {
  const converted = convert(type, value);
  if (converted !== undefined && isValueOf(type, converted) && isInPrecision(type, converted)) {
    return converted;
  }
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
  const name = primitiveTypeToString(type);
  throw new IcebergError("VALUE_INVALID", `${shown.slice(0, 100)} is no value of ${name}`);
}

/** Undefined, or a value that may still be of another type. */
function convert(type: PrimitiveType, value: unknown): PrimitiveValue | undefined {
  switch (type.kind) {
    case "int":
      return typeof value === "bigint" ? Number(value) : asPrimitive(value);
    case "long":
      return typeof value === "number" && Number.isSafeInteger(value)
        ? BigInt(value)
        : asPrimitive(value);
    case "decimal":
      return typeof value === "bigint" ? value : parseDecimal(decimalText(value), type.scale);
    case "date":
      return convertDate(value);
    case "time":
      return typeof value === "string" ? parseTime(value) : asPrimitive(value);
    case "timestamp":
      return convertTimestamp(value, false);
    case "timestamptz":
      return convertTimestamp(value, true);
    case "uuid":
      return typeof value === "string" ? parseUuid(value) : asPrimitive(value);
    default:
      return asPrimitive(value);
  }
}

function asPrimitive(value: unknown): PrimitiveValue | undefined {
  switch (typeof value) {
    case "boolean":
    case "number":
    case "bigint":
    case "string":
      return value;
    default:
      return value instanceof Uint8Array ? value : undefined;
  }
}

function isInPrecision(type: PrimitiveType, value: PrimitiveValue): boolean {
  if (type.kind !== "decimal" || typeof value !== "bigint") return true;
  const limit = 10n ** BigInt(type.precision);
  return -limit < value && value < limit;
}

/** A number's shortest digits, without the exponent that `String` gives large and small ones. */
function decimalText(value: unknown): string {
  const text = String(value);
  const [, sign = "", whole, fraction = "", exponent] =
    typeof value === "number" ? (EXPONENTIAL.exec(text) ?? []) : [];
  if (whole === undefined) return text;
  const places = Number(exponent);
  if (places < 0) return `${sign}0.${"0".repeat(-places - 1)}${whole}${fraction}`;
  return sign + (whole + fraction).padEnd(places + 1, "0");
}

function parseDecimal(text: string, scale: number): bigint | undefined {
  const [, sign, whole, fraction = ""] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || /[1-9]/.test(fraction.slice(scale))) return undefined;
  const unscaled = BigInt(whole + fraction.slice(0, scale).padEnd(scale, "0"));
  return sign === "-" ? -unscaled : unscaled;
}

function convertDate(value: unknown): PrimitiveValue | undefined {
  if (value instanceof Date) return Math.floor(value.getTime() / MILLIS_PER_DAY);
  return typeof value === "string" ? parseDate(value) : asPrimitive(value);
}

/** Days since 1970-01-01 of a day that exists. */
function parseDate(text: string): number | undefined {
  const [, year, month, day] = DATE.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined || year === 0)
    return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.getTime() / MILLIS_PER_DAY : undefined;
}

/** Microseconds since midnight. */
function parseTime(text: string): bigint | undefined {
  const [, hour, minute, second = "0", fraction = ""] = TIME.exec(text) ?? [];
  if (hour === undefined || minute === undefined) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
  return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
}

function convertTimestamp(value: unknown, hasZone: boolean): PrimitiveValue | undefined {
  if (value instanceof Date) {
    const millis = value.getTime();
    return Number.isNaN(millis) ? undefined : BigInt(millis) * 1000n;
  }
  return typeof value === "string" ? parseTimestamp(value, hasZone) : asPrimitive(value);
}

function parseTimestamp(text: string, hasZone: boolean): bigint | undefined {
  const [, dateText = "", timeText = "", zone] = DATE_TIME.exec(text) ?? [];
  const date = parseDate(dateText);
  const time = parseTime(timeText);
  if (date === undefined || time === undefined) return undefined;
  if (hasZone !== (zone !== undefined)) return undefined;
  const offset = parseOffset(zone ?? "Z");
  return offset && BigInt(date) * MICROS_PER_DAY + time - offset.micros;
}

function parseOffset(zone: string): { readonly micros: bigint } | undefined {
  if (zone === "Z") return { micros: 0n };
  const [, sign, hour, minute] = OFFSET.exec(zone) ?? [];
  if (Number(hour) > 18 || Number(minute) > 59) return undefined;
  const minutes = BigInt(Number(hour) * 60 + Number(minute)) * MICROS_PER_MINUTE;
  return { micros: sign === "-" ? -minutes : minutes };
}

function parseUuid(text: string): Uint8Array | undefined {
  return UUID.test(text) ? new Uint8Array(Buffer.from(text.replaceAll("-", ""), "hex")) : undefined;
}
