const JSON_NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** No number that a double can hold has more digits before its point. */
const DIGITS_MAX = 400;

/**
 * The integer that a JSON number's text means, exactly; undefined where it is not integral, or has
 * more than 400 digits.
 */
export function parseExactInteger(text: string): bigint | undefined {
  const match = JSON_NUMBER.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const digits = (whole + fraction).replace(/^0+/, "");
  if (digits === "") return 0n;
  const scale = Number(exponent) - fraction.length;
  const digitCount = digits.length + scale;
  if (digitCount > DIGITS_MAX) return undefined;
  if (/[1-9]/.test(digits.slice(Math.max(digitCount, 0)))) return undefined;
  const magnitude = BigInt(
    digits.slice(0, Math.max(digitCount, 0)) + "0".repeat(Math.max(scale, 0)),
  );
  return sign === "-" ? -magnitude : magnitude;
}
