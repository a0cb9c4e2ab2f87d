import { IcebergError } from "@salon/iceberg-writer";
import type { FileIo, OperationOptions } from "@salon/iceberg-writer";
import {
  invalid,
  isBatchCommit,
  parseBatchPlan,
  parseInitialOffsets,
  parseQueryId,
  topicOffsets,
} from "./metadata-log.ts";
import type { BatchPlan, PartitionOffsets } from "./metadata-log.ts";

/** A batch that was planned and perhaps written. */
export interface DoubtfulBatch {
  readonly id: number;
  /** Partitions that are not in it begin wherever their log did. */
  readonly start: PartitionOffsets;
  readonly end: PartitionOffsets;
}

/** How far a Spark Structured Streaming query came with a topic. */
export interface SparkCheckpoint {
  readonly queryId: string;
  /** When its last batch was planned; milliseconds since 1970. */
  readonly plannedMs: number;
  /** The last batch that is done for certain; absent where there is none. */
  readonly done?: { readonly id: number; readonly end: PartitionOffsets } | undefined;
  /** The batch after it, if it was planned: only the table can tell whether it was written. */
  readonly doubtful?: DoubtfulBatch | undefined;
}

/**
 * Reads the checkpoint directory of a Spark Structured Streaming query, whose `offsets/` are
 * written before a batch and whose `commits/` after it.
 *
 * Errors: `CHECKPOINT_INVALID` where it is none, is damaged, or is that of another topic; those of
 * storage.
 */
export async function readSparkCheckpoint(
  {
    fileIo,
    location,
    topic,
  }: { readonly fileIo: FileIo; readonly location: string; readonly topic: string },
  operation: OperationOptions = {},
): Promise<SparkCheckpoint> {
  const folder = location.replace(/\/+$/, "");
  const files = new CheckpointFiles(fileIo, folder, operation);
  const queryId = parseQueryId(...(await files.read("metadata")));
  const planned = await files.batchIds("offsets");
  const last = planned.at(-1);
  if (last === undefined) {
    throw invalid(folder, "its query never planned a batch: there is nothing to take over");
  }
  const done = await lastCommit(files);
  if (done !== undefined && (done > last || done < last - 1)) {
    throw invalid(folder, `batch ${done} is the last committed one, and batch ${last} is planned`);
  }
  const lastPlan = await readPlan(files, last);
  const source = kafkaSource(lastPlan, topic, files.locationOf(`offsets/${last}`));
  if (source === undefined) throw invalid(folder, `its query does not read topic ${topic}`);
  const { plannedMs } = lastPlan;
  if (done === last) return { queryId, plannedMs, done: { id: last, end: source.end } };
  if (done === undefined && last > 0) {
    throw invalid(folder, `batch ${last} is planned, and no batch before it is committed`);
  }
  const start =
    done === undefined
      ? await initialOffsets(files, source.id, topic)
      : await endOf(files, done, topic);
  checkOrder(start, source.end, files.locationOf(`offsets/${last}`));
  return {
    queryId,
    plannedMs,
    ...(done !== undefined && { done: { id: done, end: start } }),
    doubtful: { id: last, start, end: source.end },
  };
}

/** Files of a checkpoint by their names below it. */
class CheckpointFiles {
  readonly #fileIo: FileIo;
  readonly #folder: string;
  readonly #operation: OperationOptions;

  constructor(fileIo: FileIo, folder: string, operation: OperationOptions) {
    this.#fileIo = fileIo;
    this.#folder = folder;
    this.#operation = operation;
  }

  locationOf(name: string): string {
    return `${this.#folder}/${name}`;
  }

  async read(name: string): Promise<[bytes: Uint8Array, location: string]> {
    const location = this.locationOf(name);
    try {
      return [await this.#fileIo.read(location, this.#operation), location];
    } catch (error) {
      if (!(error instanceof IcebergError) || error.code !== "FILE_NOT_FOUND") throw error;
      throw invalid(this.#folder, `it has no ${name}`);
    }
  }

  /** Ascending; checksums and files that are being written have other names. */
  async batchIds(log: "offsets" | "commits"): Promise<readonly number[]> {
    const prefix = `${this.locationOf(log)}/`;
    const ids: number[] = [];
    for await (const { location } of this.#fileIo.list(prefix, this.#operation)) {
      const name = location.slice(location.lastIndexOf("/") + 1);
      if (/^\d{1,15}$/.test(name)) ids.push(Number(name));
    }
    return ids.sort((a, b) => a - b);
  }
}

/** The newest batch whose commit is there whole; one before it may be in doubt then. */
async function lastCommit(files: CheckpointFiles): Promise<number | undefined> {
  for (const id of (await files.batchIds("commits")).toReversed()) {
    if (isBatchCommit(...(await files.read(`commits/${id}`)))) return id;
  }
  return undefined;
}

async function readPlan(files: CheckpointFiles, id: number): Promise<BatchPlan> {
  return parseBatchPlan(...(await files.read(`offsets/${id}`)));
}

/** Where the batch ends in the one source that reads the topic; undefined where none does. */
function kafkaSource(
  { sources }: BatchPlan,
  topic: string,
  location: string,
): { readonly id: string; readonly end: PartitionOffsets } | undefined {
  const found = sources.flatMap(({ id, json }) => {
    // Other kinds of sources write other things, as a number.
    const end = json?.startsWith("{") === true ? topicOffsets(json, topic, location) : undefined;
    return end === undefined ? [] : [{ id, end }];
  });
  if (found.length > 1) throw invalid(location, `two of its sources read topic ${topic}`);
  return found[0];
}

/** A topic that the query did not read yet is new from its start. */
async function endOf(files: CheckpointFiles, id: number, topic: string): Promise<PartitionOffsets> {
  const plan = await readPlan(files, id);
  return kafkaSource(plan, topic, files.locationOf(`offsets/${id}`))?.end ?? new Map();
}

async function initialOffsets(
  files: CheckpointFiles,
  sourceId: string,
  topic: string,
): Promise<PartitionOffsets> {
  const [bytes, location] = await files.read(`sources/${sourceId}/0`);
  return topicOffsets(parseInitialOffsets(bytes, location), topic, location) ?? new Map();
}

function checkOrder(start: PartitionOffsets, end: PartitionOffsets, location: string): void {
  for (const [partition, offset] of start) {
    const limit = end.get(partition);
    if (limit !== undefined && limit >= offset) continue;
    throw invalid(
      location,
      `partition ${partition} was at offset ${offset} before, and ends at ${limit ?? "none"}`,
    );
  }
}
