import { calendarDayOf, floorDivide, MICROS_PER_DAY, MICROS_PER_SECOND } from "./calendar.ts";
import type { Transform } from "./transform.ts";
import type { PrimitiveType } from "./type.ts";
import type { PrimitiveValue } from "./value.ts";

/**
 * A partition value as text for people, which is what the folders of data files are named after:
 * the texts of the reference implementation. Null is `null`.
 */
export function humanValue(
  transform: Transform,
  resultType: PrimitiveType,
  value: PrimitiveValue | null,
): string {
  if (value === null) return "null";
  if (typeof value === "number") {
    if (transform.kind === "year") return pad(1970 + value, 4);
    if (transform.kind === "month") return humanMonth(value);
    if (transform.kind === "hour") return humanHour(value);
  }
  return humanPrimitive(resultType, value);
}

function humanMonth(months: number): string {
  const year = Math.floor(months / 12);
  return `${pad(1970 + year, 4)}-${pad(months - year * 12 + 1, 2)}`;
}

function humanDay(epochDay: number): string {
  const { year, month, day } = calendarDayOf(epochDay);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

function humanHour(hours: number): string {
  const day = Math.floor(hours / 24);
  return `${humanDay(day)}-${pad(hours - day * 24, 2)}`;
}

function humanPrimitive(type: PrimitiveType, value: PrimitiveValue): string {
  switch (type.kind) {
    case "date":
      return humanDay(Number(value));
    case "time":
      return humanTime(BigInt(value.toString()));
    case "timestamp":
      return humanTimestamp(BigInt(value.toString()));
    case "timestamptz":
      return `${humanTimestamp(BigInt(value.toString()))}+00:00`;
    case "decimal":
      return humanDecimal(value.toString(), type.scale);
    case "float":
      return humanFloat(Number(value), shortestFloat(Number(value)));
    case "double":
      return humanFloat(Number(value), Number(value));
    case "uuid":
      return humanUuid(value);
    case "fixed":
    case "binary":
      return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : String(value);
    case "boolean":
    case "int":
    case "long":
    case "string":
      return String(value);
    default:
      return type satisfies never;
  }
}

/** `%04d` of Java: the width counts the sign. */
function pad(value: number, width: number): string {
  if (value >= 0) return value.toString().padStart(width, "0");
  return `-${(-value).toString().padStart(width - 1, "0")}`;
}

interface ClockTime {
  readonly minutes: string;
  readonly second: number;
  /** Microseconds of the second, as six digits. */
  readonly fraction: string;
}

function clockTime(microsOfDay: bigint): ClockTime {
  const seconds = Number(microsOfDay / MICROS_PER_SECOND);
  return {
    minutes: `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}`,
    second: seconds % 60,
    fraction: (microsOfDay % MICROS_PER_SECOND).toString().padStart(6, "0"),
  };
}

/**
 * `10:15`, `10:15:30`, `10:15:30.123`, `10:15:30.123456`: seconds and fractions where there are
 * any.
 */
function humanTime(microsOfDay: bigint): string {
  const { minutes, second, fraction } = clockTime(microsOfDay);
  if (fraction !== "000000") {
    return `${minutes}:${pad(second, 2)}.${fraction.replace(/000$/, "")}`;
  }
  return second === 0 ? minutes : `${minutes}:${pad(second, 2)}`;
}

/** ISO date-time, the seconds always there and the fraction without zeros at its end. */
function humanTimestamp(micros: bigint): string {
  const epochDay = floorDivide(micros, MICROS_PER_DAY);
  const { year, month, day } = calendarDayOf(Number(epochDay));
  const { minutes, second, fraction } = clockTime(micros - epochDay * MICROS_PER_DAY);
  const sign = year > 9999 ? "+" : "";
  const isoYear = year < 0 ? `-${pad(-year, 4)}` : pad(year, 4);
  const digits = fraction.replace(/0+$/, "");
  const tail = digits === "" ? "" : `.${digits}`;
  return `${sign}${isoYear}-${pad(month, 2)}-${pad(day, 2)}T${minutes}:${pad(second, 2)}${tail}`;
}

function humanDecimal(unscaled: string, scale: number): string {
  if (scale === 0) return unscaled;
  const sign = unscaled.startsWith("-") ? "-" : "";
  const digits = unscaled.slice(sign.length).padStart(scale + 1, "0");
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The shortest decimal that reads back as the same 32-bit float. */
function shortestFloat(value: number): number {
  for (let digits = 1; digits <= 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return value;
}

/** Java's form: always with a fraction, and with an exponent below 0.001 and from 10,000,000 on. */
function humanFloat(value: number, shown: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
    const [mantissa = "", exponent = ""] = shown.toExponential().split("e");
    const digits = mantissa.includes(".") ? mantissa : `${mantissa}.0`;
    return `${digits}E${exponent.replace("+", "")}`;
  }
  return Number.isInteger(shown) ? `${shown}.0` : String(shown);
}

function humanUuid(value: PrimitiveValue): string {
  if (!(value instanceof Uint8Array)) return String(value);
  const hex = Buffer.from(value).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
