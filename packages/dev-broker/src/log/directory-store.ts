import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DevBrokerError } from "../broker-error.ts";
import { openFileStorage } from "./file-storage.ts";
import type { BrokerRecord, BrokerStore, CommittedOffsets } from "./broker-store.ts";

const RECORD_FILE = "broker.json";
const OFFSETS_FILE = "offsets.json";
const LOCK_FILE = "lock";

/**
 * Keeps a broker in a directory: `broker.json`, `offsets.json`, and `logs/<topic
 * id>/<partition>.log`. JSON files are replaced whole, by rename. One process at a time: `lock`
 * holds its pid.
 *
 * Errors: `DIRECTORY_UNUSABLE`.
 */
export function openDirectoryStore(directory: string): BrokerStore {
  const path = (...parts: readonly string[]): string => join(directory, ...parts);
  try {
    mkdirSync(path("logs"), { recursive: true });
    lock(path(LOCK_FILE));
  } catch (cause) {
    throw unusable(directory, cause);
  }
  return {
    loadRecord: () => readJson(directory, RECORD_FILE) as BrokerRecord | undefined,
    saveRecord: (record) => replaceJson(path(RECORD_FILE), record),
    loadOffsets: () => (readJson(directory, OFFSETS_FILE) ?? {}) as CommittedOffsets,
    saveOffsets: (offsets) => replaceJson(path(OFFSETS_FILE), offsets),
    openLog(topicId, partition) {
      mkdirSync(path("logs", topicId), { recursive: true });
      return openFileStorage(path("logs", topicId, `${partition}.log`));
    },
    deleteLogs: (topicId) => rmSync(path("logs", topicId), { recursive: true, force: true }),
    [Symbol.dispose]: () => rmSync(path(LOCK_FILE), { force: true }),
  };
}

/** The lock of a process that ended without removing it does not count. */
function lock(path: string): void {
  if (existsSync(path)) {
    const pid = Number(readFileSync(path, "utf8"));
    if (pid !== process.pid && isAlive(pid)) throw new Error(`process ${pid} has it open`);
    rmSync(path, { force: true });
  }
  const file = openSync(path, "wx");
  writeFileSync(file, String(process.pid));
  closeSync(file);
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function readJson(directory: string, name: string): unknown {
  const path = join(directory, name);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw unusable(directory, cause);
  }
}

function replaceJson(path: string, value: unknown): void {
  const next = `${path}.next`;
  writeFileSync(next, `${JSON.stringify(value, undefined, 1)}\n`);
  renameSync(next, path);
}

function unusable(directory: string, cause: unknown): DevBrokerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DevBrokerError("DIRECTORY_UNUSABLE", `${directory}: ${reason}`, {
    cause,
    context: { directory },
  });
}
