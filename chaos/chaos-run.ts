import { writeFile } from "node:fs/promises";
import { checkLedger, startNodeProgram, startReader } from "@salon/testkit";
import type { LedgerReport } from "@salon/testkit";
import {
  type ProducedRating,
  expectedRow,
} from "../apps/consumer-cli/test/pipeline/produced-ratings.ts";
import { runRound } from "./fault-runner.ts";
import type { FaultOutcome } from "./fault-runner.ts";
import { createMember } from "./member.ts";
import type { Member, MemberEnd } from "./member.ts";
import type { Round } from "./plan.ts";
import { startRatingsProducer } from "./ratings-producer.ts";
import { DEAD_LETTERS_TABLE, MAIN_TABLE, startStage } from "./stage.ts";
import type { CatalogKind, GroupProtocol, Stage } from "./stage.ts";

const consumeMain = new URL("../apps/consumer-cli/src/main.ts", import.meta.url);
const tableMain = new URL("../apps/table-cli/src/main.ts", import.meta.url);

/** What the members told of their commits. */
interface CommitCounts {
  readonly commits: number;
  readonly conflicts: number;
  readonly unknownOutcomes: number;
  readonly fencedUnits: number;
}

/** The ledger, or the error of the reader that was to read it, twice. */
export type LedgerReading =
  | { readonly kind: "read"; readonly report: LedgerReport }
  | { readonly kind: "unread"; readonly error: string };

/** What a run came to. */
export interface ChaosReport extends CommitCounts {
  readonly catalog: CatalogKind;
  readonly seed: number;
  readonly groupProtocol: GroupProtocol;
  readonly memberCount: number;
  readonly durationMs: number;
  /** Processes that ended by themselves, or badly. */
  readonly badEnds: number;
  readonly faults: readonly FaultOutcome[];
  readonly ledger: LedgerReading;
  /** Exit code of the consumer that took what the members left. */
  readonly drainExitCode: number;
  /** Exit code of `salon-table verify --deep`. */
  readonly verifyExitCode: number;
  /** Members that ended with TOPIC_RECREATED when the topic was created anew under them. */
  readonly endsByNewTopic: number;
  /** The ledger again, after records came to the new topic. */
  readonly ledgerBesideNewTopic: LedgerReading;
  readonly logDirectory: string;
}

/** Runs the rounds of a plan against one catalog, then compares table and topic by value. */
export async function runChaos(settings: {
  readonly catalog: CatalogKind;
  readonly seed: number;
  readonly memberCount: number;
  readonly brokerCount: number;
  readonly groupProtocol: GroupProtocol;
  readonly rounds: readonly Round[];
  readonly onOutcome: (outcome: FaultOutcome) => void;
}): Promise<ChaosReport> {
  const start = performance.now();
  await using resources = new AsyncDisposableStack();
  const stage = await startStage(settings, resources);
  const producer = startRatingsProducer(stage.client, settings.seed);
  const members: Member[] = [];
  for (let index = 0; index < settings.memberCount; index++) {
    members.push(await createMember(stage, index, resources));
  }
  await Promise.all(members.map((member) => member.start()));

  const faults: FaultOutcome[] = [];
  for (const round of settings.rounds) {
    const outcomes = await runRound(round, stage, members);
    for (const outcome of outcomes) settings.onOutcome(outcome);
    faults.push(...outcomes);
  }
  const produced = await producer.stop();
  await Promise.all(members.map((member) => member.leave()));
  const drainExitCode = await drain(stage);
  const verify = await runToEnd(stage, tableMain, [
    "verify",
    "--deep",
    `--bootstrap-servers=${stage.kafka.bootstrapServers}`,
    ...stage.catalogFlags(),
  ]);
  await writeFile(`${stage.logDirectory}/verify.log`, verify.output);
  const ledger = await readLedger(stage, produced);
  const endsByNewTopic = await recreateTopic(stage, members, settings.seed);
  return {
    catalog: settings.catalog,
    seed: settings.seed,
    groupProtocol: settings.groupProtocol,
    memberCount: settings.memberCount,
    ...countCommits(members.map((member) => member.log()).join("\n")),
    badEnds: members.reduce((sum, member) => sum + member.badEnds(), 0),
    faults,
    ledger,
    endsByNewTopic,
    ledgerBesideNewTopic: await readLedger(stage, produced),
    drainExitCode,
    verifyExitCode: verify.code,
    durationMs: Math.round(performance.now() - start),
    logDirectory: stage.logDirectory,
  };
}

/**
 * True when every fault happened, no member ended unasked, and nothing is lost, twice or different.
 */
export function hasHeld(report: ChaosReport): boolean {
  const { badEnds, drainExitCode, faults, ledger, verifyExitCode } = report;
  const { endsByNewTopic, ledgerBesideNewTopic, memberCount } = report;
  return (
    badEnds === 0 &&
    drainExitCode === 0 &&
    faults.every(({ failure }) => failure === undefined) &&
    isWhole(ledger) &&
    verifyExitCode === 0 &&
    endsByNewTopic === memberCount &&
    isWhole(ledgerBesideNewTopic)
  );
}

function isWhole(ledger: LedgerReading): boolean {
  if (ledger.kind === "unread") return false;
  return ledger.report.faults.length === 0 && ledger.report.recordCount > 0;
}

/**
 * Creates the topic anew, with records, while the members read it: how many of them end by
 * TOPIC_RECREATED. None may read what is of another topic.
 */
async function recreateTopic(
  stage: Stage,
  members: readonly Member[],
  seed: number,
): Promise<number> {
  await Promise.all(members.map((member) => member.start()));
  await Promise.all(members.map((member) => member.process().waitForLine(/"msg":"reading topic/)));
  await stage.recreateTopic();
  const producer = startRatingsProducer(stage.client, seed + 1);
  const ended = await Promise.all(members.map(endsByTopicRecreated));
  await producer.stop();
  return ended.filter(Boolean).length;
}

/**
 * True where a member ends by TOPIC_RECREATED. One that looked for the topic while there was none
 * ends by that, and is started once more.
 */
async function endsByTopicRecreated(member: Member): Promise<boolean> {
  const end = await member.awaitEnd();
  if (!end.log.includes("TOPIC_NOT_FOUND") || isByTopicRecreated(end)) {
    return isByTopicRecreated(end);
  }
  await member.start();
  return isByTopicRecreated(await member.awaitEnd());
}

function isByTopicRecreated({ code, log }: MemberEnd): boolean {
  return code !== 0 && log.includes("TOPIC_RECREATED");
}

/** What the members left, taken by one more without proxies; its exit code. */
async function drain(stage: Stage): Promise<number> {
  const { code, output } = await runToEnd(stage, consumeMain, [
    `--bootstrap-servers=${stage.kafka.bootstrapServers}`,
    ...stage.consumerFlags(),
    "--trigger=available-now",
  ]);
  await writeFile(`${stage.logDirectory}/drain.log`, output);
  return code;
}

/** An error of the reader may pass, and must not cost the report of all that was done. */
async function readLedger(
  stage: Stage,
  produced: readonly ProducedRating[],
): Promise<LedgerReading> {
  const read = async (): Promise<LedgerReading> => ({
    kind: "read",
    report: await checkRead(stage, produced),
  });
  return read().catch(read).catch(unread);
}

function unread(error: unknown): LedgerReading {
  return { kind: "unread", error: String(error) };
}

/** As PyIceberg reads it, against what the broker acknowledged. */
async function checkRead(stage: Stage, produced: readonly ProducedRating[]): Promise<LedgerReport> {
  await using reader = await startReader("pyiceberg");
  const read = (table: string): ReturnType<typeof reader.readTable> =>
    reader.readTable({ catalog: stage.reference, table: stage.tableName(table) });
  return checkLedger({
    produced,
    expected: expectedRow,
    tableRows: await read(MAIN_TABLE),
    deadLetterRows: await read(DEAD_LETTERS_TABLE),
  });
}

async function runToEnd(
  stage: Stage,
  entry: URL,
  args: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  await using child = await startNodeProgram({ entry, args, env: stage.credentials });
  const { code = -1 } = await child.exit;
  return { code, output: child.stdout() + child.stderr() };
}

function countCommits(log: string): CommitCounts {
  const lines = log.split("\n");
  const count = (...texts: readonly string[]): number =>
    lines.filter((line) => texts.every((text) => line.includes(text))).length;
  const failed = '"msg":"commit not done"';
  return {
    commits: count('"msg":"committed"'),
    conflicts: count(failed, '"outcome":"conflict"'),
    unknownOutcomes: count(failed, '"outcome":"unknown"'),
    fencedUnits: count('"msg":"unit dropped, reading it again"'),
  };
}
