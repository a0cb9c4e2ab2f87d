// Asks for the last hour once, and then takes what the server sends.

import { Chart } from "./chart.js";
import { bytes, seconds, short } from "./format.js";
import { drawAnswer, drawTables, drawTiles } from "./sections.js";

/** @import { Sample } from "../src/history.ts" */
/** @import { PageStatus } from "../src/page-status.ts" */

const SAMPLES_MAX = 720;
/** Without a word for so long the page says that it knows nothing. */
const SILENCE_MS = 5_000;

const charts = [
  new Chart({
    title: "Records a second",
    series: [
      { name: "read", of: (sample) => sample.readPerSecond },
      { name: "committed", of: (sample) => sample.committedPerSecond },
    ],
    format: short,
  }),
  new Chart({
    title: "Lag in records, worst of half a minute",
    isPeak: true,
    series: [{ name: "now", of: (sample) => sample.lagRecords }],
    format: short,
  }),
  new Chart({
    title: "Age, worst of half a minute",
    base: 60,
    isPeak: true,
    series: [
      { name: "freshness", of: (sample) => sample.freshnessSeconds },
      { name: "lag", of: (sample) => sample.lagSeconds },
    ],
    format: seconds,
  }),
  new Chart({
    title: "Memory",
    base: 1_024,
    isPeak: true,
    series: [
      { name: "resident", of: (sample) => sample.residentBytes },
      { name: "buffered", of: (sample) => sample.bufferedBytes },
    ],
    format: bytes,
  }),
];
document.getElementById("charts")?.append(...charts.map(({ element }) => element));

/** @type {Sample[]} */
let samples = [];
let heardAtMs = performance.now();

/** @param {PageStatus} status */
function show(status) {
  heardAtMs = performance.now();
  setConnection("live", "live");
  drawAnswer(status);
  drawTiles(status);
  drawTables(status);
  const drawn = samples.length === 0 ? [status.now] : samples;
  for (const chart of charts) chart.draw(drawn, Math.max(status.now.atMs, drawn.at(-1)?.atMs ?? 0));
}

/**
 * @param {string} is
 * @param {string} text
 */
function setConnection(is, text) {
  const element = document.getElementById("connection");
  if (element === null) return;
  element.dataset["is"] = is;
  if (element.textContent !== text) element.textContent = text;
}

async function loadHistory() {
  const response = await fetch("history.json");
  if (response.ok) samples = await response.json();
}

function listen() {
  const events = new EventSource("events");
  events.addEventListener("open", () => void loadHistory());
  events.addEventListener("status", (event) => show(JSON.parse(event.data)));
  events.addEventListener("sample", (event) => {
    samples = [...samples, JSON.parse(event.data)].slice(-SAMPLES_MAX);
  });
  setInterval(() => {
    const silence = performance.now() - heardAtMs;
    if (silence < SILENCE_MS) return;
    setConnection("lost", `no answer for ${Math.round(silence / 1_000)} s`);
    const state = document.getElementById("state");
    const [word, reason] = [document.getElementById("word"), document.getElementById("reason")];
    if (state !== null) state.dataset["word"] = "unknown";
    if (word !== null && word.textContent !== "unknown") word.textContent = "unknown";
    if (reason !== null)
      reason.textContent = "the process does not answer; figures are its last ones";
  }, 1_000);
}

listen();
