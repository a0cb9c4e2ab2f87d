// How figures are written: always the same number of digits, so that nothing jumps.

const NONE = "–";
const counts = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const times = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const moments = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** @param {number | undefined} value */
export function count(value) {
  return value === undefined ? NONE : counts.format(value);
}

/**
 * A count in at most four digits: 999, 1.23k, 45.6M.
 *
 * @param {number | undefined} value
 */
export function short(value) {
  return value === undefined ? NONE : scaled(value, 1_000, ["", "k", "M", "G", "T"]);
}

/** @param {number | undefined} value */
export function bytes(value) {
  return value === undefined ? NONE : scaled(value, 1_024, [" B", " KiB", " MiB", " GiB", " TiB"]);
}

/** @param {number | undefined} value */
export function seconds(value) {
  if (value === undefined) return NONE;
  if (value < 10) return `${value.toFixed(1)} s`;
  if (value < 120) return `${Math.round(value)} s`;
  if (value < 7_200) return `${Math.floor(value / 60)} min`;
  if (value < 172_800) return `${(value / 3_600).toFixed(1)} h`;
  return `${(value / 86_400).toFixed(1)} d`;
}

/** @param {number} ms */
export function duration(ms) {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

/** @param {number} atMs */
export function timeOfDay(atMs) {
  return times.format(atMs);
}

/** @param {number} atMs */
export function moment(atMs) {
  return moments.format(atMs);
}

/**
 * @param {number} value
 * @param {number} base
 * @param {readonly string[]} units
 */
function scaled(value, base, units) {
  let index = 0;
  let rest = value;
  while (rest >= base && index < units.length - 1) {
    rest /= base;
    index++;
  }
  const digits =
    index === 0 ? (Number.isInteger(rest) ? 0 : 1) : rest < 10 ? 2 : rest < 100 ? 1 : 0;
  return `${rest.toFixed(digits)}${units[index]}`;
}
