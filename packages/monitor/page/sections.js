// The parts of the page, each drawn anew from a status; only what has changed is touched.

import { bytes, count, duration, moment, seconds, short, timeOfDay } from "./format.js";

/** @import { CommitEntry } from "../src/commit-entry.ts" */
/** @import { PageStatus, Proof } from "../src/page-status.ts" */

const SVG = "http://www.w3.org/2000/svg";
const SHARE_WIDTH = 100;
const RANGES_SHOWN = 3;

/** @param {string} id */
function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no ${id}`);
  return element;
}

/**
 * @param {Element | string} target
 * @param {string} text
 */
function setText(target, text) {
  const element = typeof target === "string" ? byId(target) : target;
  if (element.textContent !== text) element.textContent = text;
}

/** @param {PageStatus} status */
export function drawAnswer({ state, subject, proof }) {
  byId("state").dataset["word"] = state.word;
  setText("word", state.word);
  setText("reason", state.reason);
  if (subject !== undefined) {
    setText("topic", subject.topic);
    setText("table", subject.table);
    document.title = `${state.word} · ${subject.table} · salon`;
  }
  byId("proof").dataset["is"] =
    proof === undefined ? "unknown" : proof.lost + proof.unproved > 0 ? "bad" : "good";
  setText("verdict", proof === undefined ? "no position yet" : verdictOf(proof));
  setText("account", proof === undefined ? "\u00a0" : accountOf(proof));
}

/** @param {Proof} proof */
function verdictOf({ lost, unproved }) {
  const doubt = unproved > 0 ? ` · ${count(unproved)} not proved` : "";
  return `${count(lost)} lost · 0 twice${doubt}`;
}

/** @param {Proof} proof */
function accountOf({ partitions, offsets, rows, dead, gaps }) {
  const [only] = partitions;
  const range =
    partitions.length === 1 && only !== undefined
      ? `contiguous from ${count(only.first)} to ${count(only.next)}`
      : `${partitions.length} partitions, each contiguous`;
  const without = gaps > 0 ? ` + ${count(gaps)} without a record` : "";
  return `${range}: ${count(offsets)} offsets = ${count(rows)} rows + ${count(dead)} dead letters${without}`;
}

/** @param {PageStatus} status */
export function drawTiles(status) {
  const { now, totals, committedAtMs, commits, filling } = status;
  setText("read", short(now.readPerSecond));
  setText("read-more", `${bytes(now.bytesPerSecond)}/s`);
  setText("committed", short(now.committedPerSecond));
  const waiting = (filling?.rows ?? 0) + (filling?.dead ?? 0);
  setText("committed-more", waiting > 0 ? `${count(waiting)} in the open unit` : "nothing waits");
  setText("lag", short(now.lagRecords));
  setText("lag-more", lagText(now));
  setText("freshness", seconds(now.freshnessSeconds));
  const since = committedAtMs === undefined ? undefined : (now.atMs - committedAtMs) / 1_000;
  setText("last", seconds(since));
  const last = commits[0];
  setText(
    "last-more",
    last === undefined ? "\u00a0" : `${count(last.rows)} rows in ${duration(took(last))}`,
  );
  setText("dead", short(totals["dead"]));
  const all = (totals["rows"] ?? 0) + (totals["dead"] ?? 0);
  const share = all === 0 ? 0 : ((totals["dead"] ?? 0) / all) * 100;
  setText("dead-more", `${share.toFixed(2)} % since the start`);
}

/** @param {PageStatus["now"]} now */
function lagText({ lagRecords, lagSeconds }) {
  if (lagRecords === 0) return "nothing waits";
  return lagSeconds === undefined ? "\u00a0" : `oldest ${seconds(lagSeconds)}`;
}

/** @param {PageStatus} status */
export function drawTables(status) {
  drawCommits(status);
  drawPartitions(status);
  drawDeadLetters(status);
  fill(
    "rules",
    status.rules.map(({ name, severity, broken }) => [
      head(name),
      { text: severity },
      { text: count(broken), kind: "n" },
    ]),
    "no rules are in force; --rules names a file of them",
  );
  fill(
    "configuration",
    status.configuration.map(({ name, value, source }) => [
      head(name),
      { text: value, kind: "code wrap" },
      { text: source },
    ]),
    "nothing was told",
  );
  setText("configuration-summary", `Show all ${status.configuration.length} settings`);
  drawProcess(status);
  setText("version", `salon ${status.version}`);
}

/** @param {PageStatus} status */
function drawCommits({ commits }) {
  fill(
    "commits",
    commits.map((commit) => [
      head(timeOfDay(commit.atMs)),
      {
        text: commit.plan === "unit" ? commit.snapshotId : `${commit.snapshotId} (${commit.plan})`,
        kind: "code",
      },
      { text: count(commit.rows), kind: "n" },
      { text: count(commit.dead), kind: "n" },
      { text: count(commit.files), kind: "n" },
      { text: bytes(commit.bytes), kind: "n" },
      { text: duration(took(commit)), kind: "n" },
      { text: phaseText(commit), bar: phasesOf(commit) },
      {
        text:
          commit.conflicts > 0
            ? `${commit.attempts}, ${commit.conflicts} lost`
            : `${commit.attempts}`,
        kind: "n",
      },
      { text: rangesOf(commit), kind: "code" },
    ]),
    "nothing is committed yet",
  );
}

/** @param {CommitEntry} commit */
function took({ phases }) {
  return phases.decodeMs + phases.writeMs + phases.sealMs + phases.commitMs;
}

/** @param {CommitEntry} commit */
function phasesOf({ phases }) {
  return [phases.decodeMs, phases.writeMs, phases.sealMs, phases.commitMs];
}

/** @param {CommitEntry} commit */
function phaseText(commit) {
  return phasesOf(commit)
    .map((ms) => count(ms))
    .join(" · ");
}

/** @param {CommitEntry} commit */
function rangesOf({ ranges }) {
  const shown = ranges
    .slice(0, RANGES_SHOWN)
    .map(({ partition, start, end }) => `${partition}: ${start}–${end - 1}`);
  const more = ranges.length - shown.length;
  return `${shown.join("  ")}${more > 0 ? `  and ${more} more` : ""}`;
}

/** @param {PageStatus} status */
function drawPartitions({ proof, lags }) {
  const lagOf = new Map(lags.map((lag) => [lag.partition, lag]));
  fill(
    "partitions",
    (proof?.partitions ?? []).map((account) => {
      const { partition, first, next, rows, dead, gaps, lost } = account;
      const lag = lagOf.get(partition);
      return [
        { text: `${partition}`, kind: "n", isHead: true },
        { text: lag === undefined ? "no" : "yes" },
        { text: count(first), kind: "n" },
        { text: count(next), kind: "n" },
        { text: count(lag?.logEnd), kind: "n" },
        { text: count(lag?.records), kind: "n" },
        { text: seconds(lag?.seconds), kind: "n" },
        { text: count(rows), kind: "n" },
        { text: count(dead), kind: "n" },
        { text: count(gaps), kind: "n" },
        { text: count(lost), kind: lost > 0 ? "n bad" : "n" },
      ];
    }),
    "the table has no position yet",
  );
}

/** @param {PageStatus} status */
function drawDeadLetters({ causes, samples }) {
  const most = Math.max(1, ...causes.map(([, records]) => records));
  fill(
    "causes",
    causes.map(([cause, records]) => [
      head(cause),
      { text: count(records), kind: "n" },
      { text: "", share: records / most },
    ]),
    "none since the start",
  );
  fill(
    "samples",
    samples.map(({ cause, partition, offset, field, message, value }) => [
      head(cause),
      { text: `${partition}`, kind: "n" },
      { text: `${offset}`, kind: "n" },
      { text: field === undefined ? message : `${field}: ${message}`, kind: "wrap" },
      { text: value ?? "null", kind: "code wrap" },
    ]),
    "none since the start",
  );
}

/** @param {PageStatus} status */
function drawProcess({ now, totals, group, subject, openedAtMs, waitingManifests }) {
  const limit = subject === undefined ? "" : ` of ${bytes(subject.memoryLimitBytes)}`;
  const member =
    group === undefined
      ? "none: partitions are given"
      : `${group.memberId}, generation ${group.generationId}${group.isLeader ? ", leader" : ""}`;
  facts("process", [
    ["Running since", moment(openedAtMs)],
    ["Resident memory", bytes(now.residentBytes)],
    ["Buffered", `${bytes(now.bufferedBytes)}${limit}`],
    ["Event loop late by", `${now.eventLoopDelayMs.toFixed(1)} ms at most, 99 % of the time`],
    ["Commits", `${count(totals["commits"])}, ${count(totals["conflicts"])} conflicts`],
    ["Files written", `${count(totals["files"])}, ${bytes(totals["fileBytes"])}`],
    ["Units read again", count(totals["droppedUnits"])],
    ["Slow path of the decoder", `${count(totals["generalPathRecords"])} records`],
    ["Dead letters waiting", `${count(waitingManifests)} manifests`],
    ["Group member", member],
    ["Assignments", count(totals["assignments"])],
  ]);
}

/**
 * @param {string} id
 * @param {readonly (readonly [string, string])[]} entries
 */
function facts(id, entries) {
  const list = byId(id);
  while (list.children.length < entries.length * 2) {
    list.append(document.createElement("dt"), document.createElement("dd"));
  }
  for (const [index, [name, value]] of entries.entries()) {
    const [term, detail] = [list.children[index * 2], list.children[index * 2 + 1]];
    if (term !== undefined) setText(term, name);
    if (detail !== undefined) setText(detail, value);
  }
}

/**
 * @typedef {object} Cell
 * @property {string} text
 * @property {string} [kind] Its classes.
 * @property {boolean} [isHead]
 * @property {readonly number[]} [bar] Parts of a bar before the text.
 * @property {number} [share] Length of a bar, of one.
 */

/**
 * @param {string} text
 * @returns {Cell}
 */
function head(text) {
  return { text, isHead: true };
}

/**
 * Makes the rows of a table these, and keeps the elements that are there.
 *
 * @param {string} id
 * @param {readonly (readonly Cell[])[]} rows
 * @param {string} none
 */
function fill(id, rows, none) {
  const body = byId(id).querySelector("tbody");
  const columns = byId(id).querySelectorAll("thead th").length;
  if (body === null) return;
  if (rows.length === 0) {
    if (body.dataset["is"] === "none") return;
    const cell = document.createElement("td");
    cell.colSpan = columns;
    cell.className = "none";
    cell.textContent = none;
    const row = document.createElement("tr");
    row.append(cell);
    body.replaceChildren(row);
    body.dataset["is"] = "none";
    return;
  }
  if (body.dataset["is"] === "none") body.replaceChildren();
  body.dataset["is"] = "filled";
  while (body.rows.length > rows.length) body.deleteRow(-1);
  for (const [index, cells] of rows.entries()) {
    const row = body.rows[index] ?? body.insertRow();
    for (const [at, cell] of cells.entries()) setCell(row, at, cell);
  }
}

/**
 * @param {HTMLTableRowElement} row
 * @param {number} at
 * @param {Cell} cell
 */
function setCell(row, at, { text, kind = "", isHead = false, bar, share }) {
  let element = row.cells[at];
  if (element === undefined) {
    element = document.createElement(isHead ? "th" : "td");
    if (isHead) element.scope = "row";
    row.append(element);
  }
  if (element.className !== kind) element.className = kind;
  const key = `${text}|${bar?.join() ?? ""}|${share ?? ""}`;
  if (element.dataset["key"] === key) return;
  element.dataset["key"] = key;
  if (bar !== undefined) {
    const wrapper = document.createElement("div");
    wrapper.className = "phases";
    wrapper.append(barOf(bar), text);
    element.replaceChildren(wrapper);
  } else if (share !== undefined) {
    element.replaceChildren(shareOf(share));
  } else {
    element.textContent = text;
  }
}

/** @param {readonly number[]} parts */
function barOf(parts) {
  const svg = box("phase-bar");
  const all = parts.reduce((total, part) => total + part, 0) || 1;
  let x = 0;
  for (const [index, part] of parts.entries()) {
    const width = (part / all) * SHARE_WIDTH;
    svg.append(rectangle(x, width, `phase-${index}`));
    x += width;
  }
  return svg;
}

/** @param {number} share */
function shareOf(share) {
  const svg = box("share");
  svg.append(rectangle(0, Math.max(share, 0.01) * SHARE_WIDTH, ""));
  return svg;
}

/** @param {string} name */
function box(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", name);
  svg.setAttribute("viewBox", `0 0 ${SHARE_WIDTH} 10`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  return svg;
}

/**
 * @param {number} x
 * @param {number} width
 * @param {string} name
 */
function rectangle(x, width, name) {
  const rectangle = document.createElementNS(SVG, "rect");
  rectangle.setAttribute("x", `${x}`);
  rectangle.setAttribute("width", `${width}`);
  rectangle.setAttribute("height", "10");
  rectangle.setAttribute("class", name);
  return rectangle;
}
