import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/** The core of the services and of the benchmark itself, and that of what is measured. */
export const SERVICE_CORE = "0";
export const MEASURED_CORE = "1";

/** Binds all threads of a process, and what it starts from then on, to a core. */
export function pinToCore(core: string, pid = process.pid): void {
  const args = ["--all-tasks", "--cpu-list", "--pid", core, String(pid)];
  const { status, error } = spawnSync("taskset", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`cannot pin process ${pid} to a core`, { cause: error });
}

/**
 * What the processors are: threads of one core slow each other, so that services beside what is
 * measured count too. A hypervisor may give threads out as cores, and says so to nobody.
 */
export function describeCores(): string {
  const threads = cpus().length;
  const info = readIfThere("/proc/cpuinfo");
  if (info === undefined) return `${threads} processors`;
  const siblings = Array.from({ length: threads }, (_, cpu) =>
    readIfThere(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`),
  );
  const cores = new Set(siblings.filter((list) => list !== undefined)).size;
  if (cores > 0 && cores < threads)
    return `${threads} threads of ${cores} core${cores > 1 ? "s" : ""}`;
  const isVirtual = /^flags\s*:.*\bhypervisor\b/m.test(info);
  return isVirtual ? `${threads} virtual cores, maybe threads of fewer` : `${threads} cores`;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
