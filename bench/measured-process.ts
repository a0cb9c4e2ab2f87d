import { readFileSync } from "node:fs";
import { startProcess } from "../packages/testkit/src/index.ts";
import type { ManagedProcess, ProcessSettings } from "../packages/testkit/src/index.ts";

/** What a program had used at a moment. */
export interface UsageSample {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** User and system time of all threads, compilers and collectors among them. */
  readonly cpuSeconds: number;
}

/** A program that runs on given cores and whose use of the machine is recorded. */
export interface MeasuredProcess extends AsyncDisposable {
  readonly child: ManagedProcess;
  readonly startedAtMs: number;
  usage(): UsageSample;
  /** CPU seconds used up to a moment, between the samples around it. */
  cpuSecondsAt(atMs: number): number;
  /** Resident memory: now, and at most so far. */
  currentMib(): number;
  peakMib(): number;
  /** Resolves when it has ended; throws with its last lines where it failed. */
  ended(): Promise<void>;
}

/** The unit of `/proc/<pid>/stat`: `USER_HZ`, which is 100 wherever Linux runs on servers. */
const TICKS_PER_SECOND = 100;
const SAMPLE_EVERY_MS = 50;

/** Starts a program on the cores of a list, as `0` or `0,1`. It is one process: threads count. */
export async function startMeasured(
  settings: ProcessSettings & { readonly cores: string },
): Promise<MeasuredProcess> {
  const { cores, command, args = [], ...rest } = settings;
  const startedAtMs = Date.now();
  const child = await startProcess({
    name: command,
    ...rest,
    command: "taskset",
    args: ["--cpu-list", cores, command, ...args],
  });
  const samples: UsageSample[] = [{ atMs: startedAtMs, cpuSeconds: 0 }];
  let peakMib = 0;
  const sample = (): UsageSample => {
    try {
      samples.push({ atMs: Date.now(), cpuSeconds: readCpuSeconds(child.pid) });
      peakMib = Math.max(peakMib, readMib(child.pid, "VmHWM"));
    } catch {
      // It has ended: what it used last is known.
    }
    return samples.at(-1)!;
  };
  const timer = setInterval(sample, SAMPLE_EVERY_MS);
  void child.exit.then(() => clearInterval(timer));
  return {
    child,
    startedAtMs,
    usage: sample,
    cpuSecondsAt: (atMs) => between(samples, atMs),
    currentMib: () => readMib(child.pid, "VmRSS"),
    peakMib: () => peakMib,
    async ended() {
      const { code } = await child.exit;
      if (code !== 0) throw new Error(`${child.name} failed:\n${child.lastLines(40)}`);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await child[Symbol.asyncDispose]();
    },
  };
}

function between(samples: readonly UsageSample[], atMs: number): number {
  const after = samples.findIndex((sample) => sample.atMs >= atMs);
  const right = samples.at(after)!;
  const left = samples[after - 1] ?? right;
  const share = right.atMs === left.atMs ? 0 : (atMs - left.atMs) / (right.atMs - left.atMs);
  return left.cpuSeconds + (right.cpuSeconds - left.cpuSeconds) * share;
}

/** Fields 14 and 15 of proc(5); the second may hold spaces, so they are counted behind it. */
function readCpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function readMib(pid: number, field: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const [, kib = "0"] = new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status) ?? [];
  return Math.round(Number(kib) / 1024);
}
