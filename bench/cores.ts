import { spawnSync } from "node:child_process";

/** The core of the services and of the benchmark itself, and that of what is measured. */
export const SERVICE_CORE = "0";
export const MEASURED_CORE = "1";

/** Binds all threads of a process, and what it starts from then on, to a core. */
export function pinToCore(core: string, pid = process.pid): void {
  const args = ["--all-tasks", "--cpu-list", "--pid", core, String(pid)];
  const { status, error } = spawnSync("taskset", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`cannot pin process ${pid} to a core`, { cause: error });
}
