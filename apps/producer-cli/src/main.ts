import {
  canRewriteLine,
  type CommandContext,
  EXIT_UNSUITABLE,
  loadKafkaConnection,
  type Logger,
  packageVersion,
  resolveLogFormat,
  retryWhileUnreachable,
  runCommand,
  toKafkaLogger,
} from "@salon/command-line";
import { parseArgs, type ProduceSettings, type ProduceTarget } from "./args.ts";
import type { Progress } from "./progress.ts";
import type { RecordTarget } from "./record-target.ts";

await runCommand({
  name: "salon-produce",
  parse: (argv) => parseArgs(argv, packageVersion(import.meta.url)),
  run,
  advice: new Map([
    [
      "TOPIC_NOT_FOUND",
      { exitCode: EXIT_UNSUITABLE, advice: "check --topic, or create it by --partitions" },
    ],
  ]),
});

// Parts are loaded when they are needed, so that --help and usage errors need not wait for them.
async function run(settings: ProduceSettings, context: CommandContext): Promise<void> {
  const { logger, signal } = context;
  const [{ randomInt }, { createRatingGenerator }, { produce }, { EMPTY_TALLY, summarize }] =
    await Promise.all([
      import("node:crypto"),
      import("@salon/generator"),
      import("./produce.ts"),
      import("./tally.ts"),
    ]);
  const { seed = randomInt(2 ** 32), dirtyShare } = settings;
  const generator = createRatingGenerator({ seed, dirtyShare });
  await using target = await openTarget(settings.target, context);
  logger.info({ seed }, `sending ratings to ${target.name}`);
  const progress = await openProgress(settings, logger);
  let sent = { tally: EMPTY_TALLY, elapsedMs: 0 };
  try {
    sent = await produce(settings, {
      target,
      nextEvent: () => generator.next(),
      signal,
      onProgress: (tally, elapsedMs) => {
        sent = { tally, elapsedMs };
        progress.update(tally, elapsedMs);
      },
    });
  } finally {
    progress.stop();
    const { text, fields } = summarize(sent.tally, sent.elapsedMs);
    logger.info({ ...fields, seed }, `${text} to ${target.name}`);
  }
}

async function openProgress(settings: ProduceSettings, logger: Logger): Promise<Progress> {
  const [{ createProgressBar, createProgressLog }, { plannedRecords }] = await Promise.all([
    import("./progress.ts"),
    import("./produce.ts"),
  ]);
  const isTerminal = canRewriteLine(process.stderr);
  const isCrowded = settings.target.kind === "stdout" && process.stdout.isTTY;
  if (!isTerminal || isCrowded || resolveLogFormat(settings.log, isTerminal) === "json") {
    return createProgressLog(logger);
  }
  return createProgressBar({
    records: plannedRecords(settings),
    durationMs: settings.durationMs ?? Infinity,
  });
}

async function openTarget(target: ProduceTarget, context: CommandContext): Promise<RecordTarget> {
  if (target.kind === "stdout") {
    const { createStdoutTarget } = await import("./stdout-target.ts");
    return createStdoutTarget(process.stdout);
  }
  const { topic, partitionCount } = target;
  const [{ openKafkaSink }, { createKafkaTarget }, connection] = await Promise.all([
    import("@salon/kafka-io"),
    import("./kafka-target.ts"),
    loadKafkaConnection(target.kafka, "salon-produce"),
  ]);
  const sink = await retryWhileUnreachable(
    () => openKafkaSink({ ...connection, topic }, { logger: toKafkaLogger(context.logger) }),
    context,
  );
  if (partitionCount !== undefined) {
    const result = await sink.ensureTopic(partitionCount, context.signal);
    context.logger.info({ topic, partitionCount }, `topic ${topic} ${result}`);
  }
  return createKafkaTarget(sink, topic);
}
