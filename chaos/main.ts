import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { hasHeld, runChaos } from "./chaos-run.ts";
import type { ChaosReport, LedgerReading } from "./chaos-run.ts";
import { createPlan, DISTURBANCES } from "./plan.ts";
import type { Disturbance } from "./plan.ts";
import type { CatalogKind, GroupProtocol } from "./stage.ts";

const MEMBER_COUNT = 3;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    catalog: { type: "string", default: "both" },
    kills: { type: "string", default: "20" },
    freezes: { type: "string", default: "5" },
    disturbances: { type: "string", default: "0" },
    brokers: { type: "string", default: "1" },
    "group-protocol": { type: "string", default: "classic" },
    json: { type: "string" },
  },
});
const catalogs = readCatalogs(values.catalog);
const seed = readCount("seed", values.seed);
const brokerCount = readCount("brokers", values.brokers);
const groupProtocol = readGroupProtocol(values["group-protocol"]);
const reports: ChaosReport[] = [];
for (const [index, catalog] of catalogs.entries()) {
  const share = (name: Parameters<typeof shareOf>[0]): number => shareOf(name, index);
  const rounds = createPlan({
    seed: seed + index,
    memberCount: MEMBER_COUNT,
    kills: share("kills"),
    freezes: share("freezes"),
    disturbances: share("disturbances"),
    disturbanceKinds: DISTURBANCES.filter((kind) => canHappen(kind, catalog)),
  });
  const place = `${catalog}, brokers: ${brokerCount}, group protocol: ${groupProtocol}`;
  console.log(`# ${place}, seed ${seed + index}`);
  const report = await runChaos({
    catalog,
    seed: seed + index,
    memberCount: MEMBER_COUNT,
    brokerCount,
    groupProtocol,
    rounds,
    onOutcome: ({ name, durationMs, failure }) =>
      console.log(`${name}: ${failure ?? "done"} (${durationMs} ms)`),
  });
  printReport(report);
  reports.push(report);
  // After each: the next one may not come to its end.
  if (values.json !== undefined) {
    await writeFile(values.json, JSON.stringify(reports, jsonValue, 2));
  }
}
process.exitCode = reports.every(hasHeld) ? 0 : 1;

function printReport(report: ChaosReport): void {
  const { faults } = report;
  const byName = Object.entries(Object.groupBy(faults, ({ name }) => name)).map(
    ([name, all = []]) => [name, all.filter(({ failure }) => failure === undefined).length],
  );
  console.table({
    ...Object.fromEntries(byName),
    "faults that never came about": faults.filter(({ failure }) => failure !== undefined).length,
    "members that ended unasked": report.badEnds,
    commits: report.commits,
    conflicts: report.conflicts,
    "unknown outcomes": report.unknownOutcomes,
    "fenced units": report.fencedUnits,
    ...ledgerLines(report.ledger),
    "the last consumer": report.drainExitCode === 0 ? "done" : `ended with ${report.drainExitCode}`,
    "salon-table verify --deep": report.verifyExitCode === 0 ? "proved" : "FAILED",
    "members that ended by the new topic": report.endsByNewTopic,
    "ledger faults beside the new topic": faultCount(report.ledgerBesideNewTopic),
    seconds: Math.round(report.durationMs / 1_000),
  });
  for (const ledger of [report.ledger, report.ledgerBesideNewTopic]) printFaults(ledger);
  console.log(`logs: ${report.logDirectory}`);
}

function ledgerLines(ledger: LedgerReading): Readonly<Record<string, number | string>> {
  if (ledger.kind === "unread") return { ledger: "NOT READ" };
  const { faults, recordCount, tableRowCount, deadLetterCount } = ledger.report;
  const of = (kind: string): number => faults.filter((fault) => fault.kind === kind).length;
  return {
    records: recordCount,
    rows: tableRowCount,
    "dead letters": deadLetterCount,
    lost: of("missing"),
    twice: of("twice"),
    "other ledger faults": faults.length - of("missing") - of("twice"),
  };
}

function faultCount(ledger: LedgerReading): number | string {
  return ledger.kind === "unread" ? "NOT READ" : ledger.report.faults.length;
}

function printFaults(ledger: LedgerReading): void {
  if (ledger.kind === "unread") return console.log(`the ledger was not read: ${ledger.error}`);
  for (const { kind, partition, offset, detail } of ledger.report.faults.slice(0, 10)) {
    console.log(`${kind} ${partition}:${offset} ${detail}`);
  }
}

/** In the hadoop layout nobody else writes at the same time, and one broker leads all. */
function canHappen(kind: Disturbance, catalog: CatalogKind): boolean {
  if (kind === "compaction" || kind === "expiry") return catalog === "rest";
  return kind !== "broker-killed" || brokerCount > 1;
}

/** The number of a flag, split evenly over the catalogs, the first taking what is left over. */
function shareOf(name: "kills" | "freezes" | "disturbances", index: number): number {
  const total = readCount(name, values[name]);
  const even = Math.floor(total / catalogs.length);
  return index === 0 ? total - even * (catalogs.length - 1) : even;
}

function readCatalogs(text: string): readonly CatalogKind[] {
  if (text === "both") return ["rest", "hadoop"];
  if (text === "rest" || text === "hadoop") return [text];
  throw new Error(`--catalog is rest, hadoop or both, not ${text}`);
}

function readGroupProtocol(text: string): GroupProtocol {
  if (text === "classic" || text === "consumer") return text;
  throw new Error(`--group-protocol is classic or consumer, not ${text}`);
}

function readCount(name: string, text: string): number {
  const count = Number(text);
  if (/^\d{1,9}$/.test(text)) return count;
  throw new Error(`--${name} takes a number from 0, not ${text}`);
}

function jsonValue(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
