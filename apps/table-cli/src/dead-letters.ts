import { listDeadLetters } from "@salon/sink";
import type { DeadLetterGroup, DeadLetterList, DeadLetterSample } from "@salon/sink";
import type { DeadLettersTask } from "./args.ts";
import type { CommandOutput, Emphasis } from "./command-output.ts";
import { count } from "./ledger-text.ts";
import type { TableReference } from "./table-reference.ts";
import { terminalBytes, terminalText } from "./terminal-text.ts";
import { textSection, textTable } from "./text-table.ts";

/** Counts the dead letters by cause and shows some of each. */
export async function listByCause(
  { catalog, identifier, signal, emphasis, onProgress }: TableReference,
  { cause, limit }: DeadLettersTask,
): Promise<CommandOutput> {
  const list = await listDeadLetters(
    { catalog, identifier, cause, samplesMax: limit },
    { signal, onProgress },
  );
  return { data: listData(list), text: listText(list, emphasis, cause) };
}

/** The list as JSON has it: bytes in base64, for they need not be text. */
function listData({ groups, undone, findings }: DeadLetterList): unknown {
  return {
    groups: groups.map((group) => ({ ...group, samples: group.samples.map(sampleData) })),
    undone,
    findings,
  };
}

function sampleData({ timestamp, key, value, ...others }: DeadLetterSample): unknown {
  return {
    ...others,
    timestamp: timestampText(timestamp),
    keyBase64: key && Buffer.from(key).toString("base64"),
    valueBase64: value && Buffer.from(value).toString("base64"),
  };
}

/** The list for people; whatever comes from records is made harmless. */
export function listText(
  { groups, undone, findings }: DeadLetterList,
  emphasis: Emphasis,
  cause?: string,
): string {
  const columns = [
    { title: "cause" },
    { title: "field" },
    { title: "records", align: "right" as const },
    { title: "waiting", align: "right" as const },
  ];
  const rows = groups.map((group) => [
    terminalText(group.cause),
    terminalText(group.field ?? ""),
    count(group.count),
    count(group.pending),
  ]);
  const sections = [
    groups.length === 0 ? noneText(cause) : textTable(columns, rows),
    ...groups.flatMap((group) => groupText(group, emphasis)),
    ...(undone === 0
      ? []
      : [`${count(undone)} dead letters do not count: what decided them was rolled back`]),
    ...findings.map(({ message }) => `${emphasis("bad", "FAILED")}: ${terminalText(message)}`),
  ];
  return `${sections.join("\n\n")}\n`;
}

function groupText(
  { cause, field, samples }: DeadLetterGroup,
  emphasis: Emphasis,
): readonly string[] {
  const of = field === undefined ? "" : `, field ${terminalText(field)}`;
  const body = samples.map(sampleText).join("\n");
  return textSection(`${emphasis("heading", terminalText(cause))}${of}`, body);
}

function sampleText(sample: DeadLetterSample): string {
  const { topic = "?", partition, offset, timestamp, key, value, message = "" } = sample;
  const when = timestamp === undefined ? "" : ` of ${timestampText(timestamp)}`;
  return [
    `${terminalText(topic)} ${partition ?? "?"}/${offset ?? "?"}${when}: ${terminalText(message)}`,
    `  key    ${key === undefined ? "null" : terminalBytes(key)}`,
    `  value  ${value === undefined ? "null" : terminalBytes(value)}`,
  ].join("\n");
}

/** Kafka lets producers set any timestamp, also one that no date has. */
function timestampText(timestamp: bigint | undefined): string | undefined {
  if (timestamp === undefined) return undefined;
  const date = new Date(Number(timestamp / 1000n));
  return Number.isNaN(date.getTime()) ? `${timestamp} µs` : date.toISOString();
}

function noneText(cause: string | undefined): string {
  return cause === undefined
    ? "no dead letters"
    : `no dead letters of cause ${terminalText(cause)}`;
}
