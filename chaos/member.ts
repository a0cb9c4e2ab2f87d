import { appendFile } from "node:fs/promises";
import { startFaultProxy, startNodeProgram } from "@salon/testkit";
import type { FaultProxy, KafkaGateProxy, ManagedProcess } from "@salon/testkit";
import { SESSION_TIMEOUT_MS } from "./stage.ts";
import type { GroupProtocol, Stage } from "./stage.ts";
import { withinLimit } from "./within-limit.ts";

const consumeMain = new URL("../apps/consumer-cli/src/main.ts", import.meta.url);

/** How a process ended by itself, and all that it logged. */
export interface MemberEnd {
  readonly code: number | undefined;
  readonly log: string;
}

/** A place in the group: its proxies stay while the processes behind them come and go. */
export interface Member {
  readonly index: number;
  readonly groupProtocol: GroupProtocol;
  readonly kafka: KafkaGateProxy;
  readonly store: FaultProxy;
  /** Absent in the hadoop layout, where the store is the catalog. */
  readonly catalog?: FaultProxy;
  /** The process that runs now. */
  process(): ManagedProcess;
  start(): Promise<void>;
  /** Ends it orderly. */
  leave(): Promise<void>;
  /** Waits until it ends by itself. */
  awaitEnd(): Promise<MemberEnd>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Processes that were not killed and did not end with 0. */
  badEnds(): number;
  /** All that its processes logged so far. */
  log(): string;
}

/** Starts the proxies of a member, owned by `resources`; its process is started apart. */
export async function createMember(
  stage: Stage,
  index: number,
  resources: AsyncDisposableStack,
): Promise<Member> {
  const kafka = stage.kafka.gated[index];
  if (kafka === undefined) throw new Error(`no gate for member ${index}`);
  const store = resources.use(await startFaultProxy({ target: stage.s3.endpoint }));
  const catalog =
    stage.restUri === undefined
      ? undefined
      : resources.use(await startFaultProxy({ target: stage.restUri }));
  let process: ManagedProcess | undefined;
  let earlierLog = "";
  let badEnds = 0;
  const keepLog = async (): Promise<void> => {
    const text = process?.stderr() ?? "";
    earlierLog += text;
    await appendFile(`${stage.logDirectory}/member-${index}.log`, text);
    process = undefined;
  };
  const current = (): ManagedProcess => {
    if (process === undefined) throw new Error(`member ${index} does not run`);
    return process;
  };
  const member: Member = {
    index,
    groupProtocol: stage.groupProtocol,
    kafka: kafka.proxy,
    store,
    ...(catalog !== undefined && { catalog }),
    process: current,
    async start() {
      process = await startNodeProgram({
        entry: consumeMain,
        name: `member ${index}`,
        env: stage.credentials,
        args: [
          `--bootstrap-servers=${kafka.bootstrapServers}`,
          // The brokers say how long a session is where they share the partitions out.
          ...(stage.groupProtocol === "classic"
            ? [`--session-timeout=${SESSION_TIMEOUT_MS}ms`]
            : []),
          "--commit-interval=1s",
          // Members with and without threads that encode.
          `--encoders=${index % 3}`,
          ...stage.consumerFlags({ storeUrl: store.url, catalogUrl: catalog?.url }),
        ],
      });
    },
    async leave() {
      // Asked before it can hear, it would end by the signal.
      await current().waitForLine(/"msg":"reading topic/);
      const { code } = await current().stop({ graceMs: 60_000 });
      if (code !== 0) badEnds += 1;
      await keepLog();
    },
    async awaitEnd() {
      const child = current();
      const { code } = await withinLimit(child.exit, `member ${index} goes on`);
      await keepLog();
      return { code, log: child.stderr() };
    },
    async kill() {
      const child = current();
      child.signal("SIGKILL");
      const { signal } = await child.exit;
      if (signal !== "SIGKILL") badEnds += 1;
      await keepLog();
    },
    badEnds: () => badEnds,
    log: () => earlierLog + (process?.stderr() ?? ""),
  };
  resources.defer(async () => {
    if (process !== undefined) await member.kill();
  });
  return member;
}
