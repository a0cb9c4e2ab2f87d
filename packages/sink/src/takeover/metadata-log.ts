import { SinkError } from "../sink-error.ts";

/** Offsets by partition: of a batch's end, each the one behind its last record. */
export type PartitionOffsets = ReadonlyMap<number, number>;

/** What a query wrote down before it began a batch. */
export interface BatchPlan {
  /** When it was planned; milliseconds since 1970. */
  readonly plannedMs: number;
  readonly sources: readonly SourceEnd[];
}

/** A source of a query, and where it is when the batch ends. */
interface SourceEnd {
  /** Its number, or the name that the query gave it; its folder in `sources/` is called so. */
  readonly id: string;
  /** JSON of the source's own; undefined where it is new. */
  readonly json: string | undefined;
}

/** Spark leaves a source without an offset empty so. */
const NO_OFFSET = "-";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads a file of `offsets/` (Spark: OffsetSeqLog): a version, the batch's metadata, and a line for
 * each source, which in `v2`, of Spark 4.1 and newer, begins with its id. `CHECKPOINT_INVALID`
 * naming the file for anything else.
 */
export function parseBatchPlan(bytes: Uint8Array, location: string): BatchPlan {
  const { version, lines } = versionedLines(bytes, location, ["v1", "v2"]);
  const [metadata = "", ...sources] = lines;
  const { batchTimestampMs } = objectOf(metadata, location);
  if (typeof batchTimestampMs !== "number") throw invalid(location, "it does not say when it was");
  return {
    plannedMs: batchTimestampMs,
    sources: sources.map((line, index) =>
      version === "v1" ? sourceEnd(String(index), line) : namedSourceEnd(line, location),
    ),
  };
}

function sourceEnd(id: string, text: string): SourceEnd {
  return { id, json: text === NO_OFFSET ? undefined : text };
}

function namedSourceEnd(line: string, location: string): SourceEnd {
  const [, id, text] = /^(\w+):(.*)$/su.exec(line) ?? [];
  if (id !== undefined && text !== undefined) return sourceEnd(id, text);
  throw invalid(location, `${line.slice(0, 40)} is no source with its offset`);
}

/**
 * Whether a file of `commits/` is there whole (Spark: CommitLog). Half a file does not prove that
 * its batch was done.
 */
export function isBatchCommit(bytes: Uint8Array, location: string): boolean {
  try {
    objectOf(versionedLines(bytes, location, ["v1", "v2"]).lines[0] ?? "", location);
    return true;
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    return false;
  }
}

/**
 * Reads where a query's source began, of `sources/<id>/0`; a zero byte for Spark 2.1 comes first
 * (Spark: KafkaSourceInitialOffsetWriter). Answers its JSON.
 */
export function parseInitialOffsets(bytes: Uint8Array, location: string): string {
  const text = bytes[0] === 0 ? bytes.subarray(1) : bytes;
  return versionedLines(text, location, ["v1"]).lines[0] ?? "";
}

/** The id of the query, which its restarts keep (Spark: StreamMetadata). */
export function parseQueryId(bytes: Uint8Array, location: string): string {
  const { id } = objectOf(textOf(bytes, location), location);
  if (typeof id !== "string") throw invalid(location, "it names no query");
  return id;
}

/**
 * The offsets of a topic in the JSON of a Kafka source, `{"topic":{"0":12}}`; undefined where the
 * source does not read it.
 */
export function topicOffsets(
  json: string,
  topic: string,
  location: string,
): PartitionOffsets | undefined {
  const offsets = objectOf(json, location)[topic];
  if (offsets === undefined) return undefined;
  if (typeof offsets !== "object" || offsets === null) {
    throw invalid(location, `it has no offsets of topic ${topic}`);
  }
  const entries = Object.entries(offsets).map(([key, offset]): [number, number] => {
    const partition = Number(key);
    if (!Number.isSafeInteger(partition) || partition < 0) {
      throw invalid(location, `partition ${key} is no number`);
    }
    if (!Number.isSafeInteger(offset) || offset < 0) {
      throw invalid(location, `partition ${key} has no offset but ${JSON.stringify(offset)}`);
    }
    return [partition, offset];
  });
  return new Map(entries.sort(([a], [b]) => a - b));
}

/** The error of a file that is not what it has to be. */
export function invalid(location: string, what: string): SinkError {
  return new SinkError("CHECKPOINT_INVALID", `${location} cannot be used: ${what}`);
}

/** The version in the first line, and the lines behind it. */
function versionedLines(
  bytes: Uint8Array,
  location: string,
  versions: readonly string[],
): { readonly version: string; readonly lines: readonly string[] } {
  const [version = "", ...lines] = textOf(bytes, location).split("\n");
  if (version === "") throw invalid(location, "it is empty");
  if (!versions.includes(version)) {
    throw invalid(location, `its version is ${version.slice(0, 20)}, not ${versions.join(" or ")}`);
  }
  // Some writers end the last line, too.
  return { version, lines: lines.at(-1) === "" ? lines.slice(0, -1) : lines };
}

function objectOf(json: string, location: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new SinkError(
      "CHECKPOINT_INVALID",
      `${location} cannot be used: ${JSON.stringify(json.slice(0, 40))} is no JSON`,
      { cause },
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(location, `${json.slice(0, 40)} is no object`);
  }
  return value as Record<string, unknown>;
}

function textOf(bytes: Uint8Array, location: string): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw invalid(location, "it is no text");
  }
}
