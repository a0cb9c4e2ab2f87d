// The parts of the page, each drawn anew from a status.

import { byId, facts, fill, head, setText } from "./elements.js";
import { bytes, count, duration, moment, seconds, short, timeOfDay } from "./format.js";

/** @import { CommitEntry } from "../src/commit-entry.ts" */
/** @import { KnownGroup } from "../src/group-watch.ts" */
/** @import { PageStatus, Proof } from "../src/page-status.ts" */

const RANGES_SHOWN = 3;
const RUNS_SHOWN = 12;
/** A broker answers each fetch at once, or after half a second with nothing. */
const SILENT_FETCH_MS = 5_000;

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
  setText("lag-more", lagText(status));
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

/** @param {PageStatus} status */
function lagText({ now: { atMs, lagRecords, lagSeconds }, fetchedAtMs }) {
  const silentMs = fetchedAtMs === undefined ? 0 : atMs - fetchedAtMs;
  if (silentMs > SILENT_FETCH_MS) return `as it was ${seconds(silentMs / 1_000)} ago`;
  if (lagRecords === 0) return "nothing waits";
  return lagSeconds === undefined ? "\u00a0" : `oldest ${seconds(lagSeconds)}`;
}

/** @param {PageStatus} status */
export function drawTables(status) {
  drawCommits(status);
  drawPartitions(status);
  drawGroup(status);
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
  const texts = ranges.map(({ partition, start, end }) => `${partition}: ${start}–${end - 1}`);
  return shortened(texts, RANGES_SHOWN, "  ");
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
function drawGroup({ group, membership }) {
  const without =
    membership === undefined
      ? "no group: partitions are given"
      : "who else is in the group is not asked";
  setText("group-line", group === undefined ? without : groupText(group));
  fill(
    "members",
    (group?.described?.members ?? []).map(({ memberId, clientId, host, partitions }) => [
      head(host),
      { text: memberId === membership?.memberId ? "yes" : "no" },
      { text: count(partitions.length), kind: "n" },
      { text: runsOf(partitions), kind: "code" },
      { text: clientId },
      { text: memberId, kind: "code" },
    ]),
    group?.described === undefined ? "no members are known" : "nobody",
  );
}

/** @param {KnownGroup} group */
function groupText({ groupId, described, unknown }) {
  if (unknown !== undefined) {
    const then = described === undefined ? "" : `; below as it was at ${timeOfDay(described.atMs)}`;
    return `${groupId}: unknown since ${timeOfDay(unknown.sinceMs)}: ${unknown.reason}${then}`;
  }
  if (described === undefined) return `${groupId}: its coordinator is being asked`;
  const members = described.members.length;
  return `${groupId}: ${described.state}, ${members} ${members === 1 ? "member" : "members"}`;
}

/**
 * Numbers in ascending order, those that follow each other as from – to.
 *
 * @param {readonly number[]} numbers
 */
function runsOf(numbers) {
  /** @type {[number, number][]} */
  const runs = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  const texts = runs.map(([start, end]) => (start === end ? `${start}` : `${start}–${end}`));
  return shortened(texts, RUNS_SHOWN, ", ");
}

/**
 * The first of some texts, and how many more there are.
 *
 * @param {readonly string[]} texts
 * @param {number} shown
 * @param {string} separator
 */
function shortened(texts, shown, separator) {
  const more = texts.length - shown;
  const first = texts.slice(0, shown).join(separator);
  return more > 0 ? `${first}${separator}and ${more} more` : first;
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
function drawProcess({ now, totals, membership, subject, openedAtMs, waitingManifests }) {
  const limit = subject === undefined ? "" : ` of ${bytes(subject.memoryLimitBytes)}`;
  const member =
    membership === undefined
      ? "in no generation of a group"
      : `${membership.memberId}, generation ${membership.generationId}` +
        (membership.isLeader ? ", leader" : "");
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
