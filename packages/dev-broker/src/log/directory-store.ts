import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DevBrokerError } from "../broker-error.ts";
import { openFileStorage } from "./file-storage.ts";
import {
  type BrokerRecord,
  type BrokerStore,
  isBrokerRecord,
  isCommittedOffsets,
} from "./broker-store.ts";

const RECORD_FILE = "broker.json";
const OFFSETS_FILE = "offsets.json";
const LOCK_FILE = "lock";

/** Those that brokers of this process have open: its pid in a lock does not tell them apart. */
const OPEN_DIRECTORIES = new Set<string>();

/**
 * Keeps a broker in a directory: `broker.json`, `offsets.json`, and `logs/<topic
 * id>/<partition>.log`. JSON files are replaced whole, by rename. One process at a time: `lock`
 * holds its pid.
 *
 * Errors: `DIRECTORY_UNUSABLE`.
 */
export function openDirectoryStore(directory: string): BrokerStore {
  const path = (...parts: readonly string[]): string => join(directory, ...parts);
  let unlock: () => void;
  try {
    mkdirSync(path("logs"), { recursive: true });
    unlock = lock(realpathSync(directory));
  } catch (cause) {
    throw unusable(directory, cause);
  }
  return {
    loadRecord() {
      const record = readJson(directory, RECORD_FILE, isBrokerRecord);
      if (record !== undefined) deleteOtherLogs(path("logs"), record);
      return record;
    },
    // Synced: a machine that loses power has the old record or the new one, never none.
    saveRecord: (record) => replaceJson(path(RECORD_FILE), record, { flush: true }),
    loadOffsets: () => readJson(directory, OFFSETS_FILE, isCommittedOffsets) ?? {},
    // Not synced: groups commit often, and would have all connections wait for the disk.
    saveOffsets: (offsets) => replaceJson(path(OFFSETS_FILE), offsets, { flush: false }),
    openLog(topicId, partition) {
      mkdirSync(path("logs", topicId), { recursive: true });
      return openFileStorage(path("logs", topicId, `${partition}.log`));
    },
    deleteLogs: (topicId) => rmSync(path("logs", topicId), { recursive: true, force: true }),
    [Symbol.dispose]: unlock,
  };
}

/** Locks; what it returns unlocks. The lock of a process that has ended does not count. */
function lock(directory: string): () => void {
  if (OPEN_DIRECTORIES.has(directory)) throw new Error("this process has it open");
  const path = join(directory, LOCK_FILE);
  if (existsSync(path)) {
    const pid = Number(readFileSync(path, "utf8"));
    // The same pid is that of an earlier process, as in a container that was started again.
    if (pid !== process.pid && isAlive(pid)) throw new Error(`process ${pid} has it open`);
    rmSync(path, { force: true });
  }
  writeFileSync(path, String(process.pid), { flag: "wx" });
  OPEN_DIRECTORIES.add(directory);
  return () => {
    if (OPEN_DIRECTORIES.delete(directory)) rmSync(path, { force: true });
  };
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

function deleteOtherLogs(logs: string, { topics }: BrokerRecord): void {
  const ids = new Set(topics.map(({ id }) => id));
  for (const id of readdirSync(logs)) {
    if (!ids.has(id)) rmSync(join(logs, id), { recursive: true, force: true });
  }
}

function readJson<Value>(
  directory: string,
  name: string,
  isValue: (value: unknown) => value is Value,
): Value | undefined {
  const path = join(directory, name);
  if (!existsSync(path)) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (isValue(value)) return value;
  } catch (cause) {
    throw unusable(directory, cause);
  }
  throw unusable(directory, `${name} is not what a broker writes`);
}

function replaceJson(path: string, value: unknown, options: { readonly flush: boolean }): void {
  const next = `${path}.next`;
  writeFileSync(next, `${JSON.stringify(value, undefined, 1)}\n`, options);
  renameSync(next, path);
}

function unusable(directory: string, cause: unknown): DevBrokerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DevBrokerError("DIRECTORY_UNUSABLE", `${directory}: ${reason}`, {
    cause,
    context: { directory },
  });
}
