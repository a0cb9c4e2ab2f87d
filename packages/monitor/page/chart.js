// Lines over the last hour as SVG: drawn in the units of a fixed box, which CSS stretches.

import { timeOfDay } from "./format.js";

/** @import { Sample } from "../src/history.ts" */

/**
 * @typedef {object} Series
 * @property {string} name
 * @property {(sample: Sample) => number | undefined} of
 */

/**
 * @typedef {object} ChartSettings
 * @property {string} title
 * @property {readonly Series[]} series One or two.
 * @property {(value: number) => string} format
 * @property {number} [base] Round numbers of the scale are multiples of its powers; 10 by default.
 * @property {boolean} [isPeak] Shows the worst of the time around: commits come in beats.
 */

const WIDTH = 1_000;
const HEIGHT = 100;
const HOUR_MS = 3_600_000;
/** A line is not drawn across times without samples. */
const HOLE_MS = 30_000;
const PEAK_SAMPLES = 6;
const SVG = "http://www.w3.org/2000/svg";

/** One chart; `draw` is called with what there is. */
export class Chart {
  /** @param {ChartSettings} settings */
  constructor(settings) {
    this.settings = settings;
    this.element = document.createElement("figure");
    const caption = document.createElement("figcaption");
    const title = document.createElement("strong");
    title.textContent = settings.title;
    caption.append(title);
    this.keys = settings.series.map(({ name }, index) => {
      const key = document.createElement("span");
      key.className = index === 0 ? "key" : "key second";
      const value = document.createElement("span");
      key.append(`${name} `, value);
      caption.append(key);
      return value;
    });
    const plot = document.createElement("div");
    plot.className = "plot";
    const scale = document.createElement("div");
    scale.className = "scale";
    scale.setAttribute("aria-hidden", "true");
    this.marks = [0, 1, 2].map(() => scale.appendChild(document.createElement("span")));
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.svg.setAttribute("preserveAspectRatio", "none");
    this.svg.setAttribute("role", "img");
    for (const y of [0, HEIGHT / 2, HEIGHT]) {
      const line = path("grid");
      line.setAttribute("d", `M0 ${y}H${WIDTH}`);
      this.svg.append(line);
    }
    this.area = this.svg.appendChild(path("area"));
    this.lines = settings.series.map((_, index) =>
      this.svg.appendChild(path(index === 0 ? "series" : "series second")),
    );
    const times = document.createElement("div");
    times.className = "times";
    this.times = [0, 1, 2].map(() => times.appendChild(document.createElement("span")));
    plot.append(scale, this.svg, times);
    this.element.append(caption, plot);
  }

  /**
   * @param {readonly Sample[]} samples The oldest first.
   * @param {number} nowMs
   */
  draw(samples, nowMs) {
    const { series, format, title, base = 10, isPeak = false } = this.settings;
    const measured = series.map(({ of }) => samples.map(of));
    const values = isPeak ? measured.map(peaks) : measured;
    const most = Math.max(0, ...values.flat().map((value) => value ?? 0));
    const top = ceiling(most, base);
    const sinceMs = Math.max(nowMs - HOUR_MS, Math.min(nowMs - 60_000, samples[0]?.atMs ?? nowMs));
    const x = (/** @type {number} */ atMs) => ((atMs - sinceMs) / (nowMs - sinceMs)) * WIDTH;
    const y = (/** @type {number} */ value) => HEIGHT - (value / top) * HEIGHT;
    for (const [index, line] of this.lines.entries()) {
      const runs = unbroken(samples, values[index] ?? []);
      const drawn = runs.map(
        (run) => `M${run.map((p) => `${fixed(x(p.atMs))} ${fixed(y(p.value))}`).join("L")}`,
      );
      line.setAttribute("d", drawn.join(""));
      if (index > 0) continue;
      const areas = runs.map((run, at) => {
        const [first, last] = [run[0], run.at(-1)];
        return first && last ? `${drawn[at]}V${HEIGHT}H${fixed(x(first.atMs))}Z` : "";
      });
      this.area.setAttribute("d", areas.join(""));
    }
    for (const [index, key] of this.keys.entries()) {
      const now = measured[index]?.at(-1);
      setText(key, now === undefined ? "–" : format(now));
    }
    for (const [index, mark] of this.marks.entries()) setText(mark, format(top * (1 - index / 2)));
    for (const [index, time] of this.times.entries()) {
      setText(time, timeOfDay(sinceMs + ((nowMs - sinceMs) * index) / 2));
    }
    const told = series.map(({ name }, index) => {
      const now = measured[index]?.at(-1);
      return `${name} ${now === undefined ? "not known" : format(now)}`;
    });
    this.svg.setAttribute("aria-label", `${title}: ${told.join(", ")}; at most ${format(most)}`);
  }
}

/**
 * Points without a hole between them.
 *
 * @param {readonly Sample[]} samples
 * @param {readonly (number | undefined)[]} values
 */
function unbroken(samples, values) {
  /** @type {{ atMs: number, value: number }[][]} */
  const runs = [];
  let beforeMs = -Infinity;
  for (const [index, { atMs }] of samples.entries()) {
    const value = values[index];
    if (value === undefined) continue;
    if (atMs - beforeMs > HOLE_MS) runs.push([]);
    runs.at(-1)?.push({ atMs, value });
    beforeMs = atMs;
  }
  return runs;
}

/**
 * The next round number, so that the scale does not move with every sample.
 *
 * @param {number} value
 * @param {number} base
 */
function ceiling(value, base) {
  if (value <= 0) return 1;
  const power = base ** Math.floor(Math.log(value) / Math.log(base));
  const steps = [1, 2, 4, 6, 8, 10, 20, 40, 60, 80, 100, 200, 400, 600, 800];
  return power * (steps.find((each) => each * power >= value) ?? base);
}

/**
 * The greatest of each value and those just before it.
 *
 * @param {readonly (number | undefined)[]} values
 */
function peaks(values) {
  return values.map((value, index) => {
    if (value === undefined) return undefined;
    const before = values.slice(Math.max(0, index - PEAK_SAMPLES + 1), index + 1);
    return Math.max(...before.map((each) => each ?? 0));
  });
}

/** @param {string} name */
function path(name) {
  const element = document.createElementNS(SVG, "path");
  element.setAttribute("class", name);
  return element;
}

/** @param {number} value */
function fixed(value) {
  return value.toFixed(1);
}

/**
 * @param {Element} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
