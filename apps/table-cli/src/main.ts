import {
  type CommandContext,
  EXIT_FAILED,
  loadCatalogProperties,
  loadKafkaConnection,
  packageVersion,
  ProgressReport,
  retryWhileUnreachable,
  runCommand,
  toKafkaLogger,
  withStatusLine,
} from "@salon/command-line";
import type { KafkaArguments } from "@salon/command-line";
import type { OpenTopic } from "@salon/sink";
import { parseArgs, type TableSettings, type TableTask } from "./args.ts";
import type { CommandOutput } from "./command-output.ts";
import { FAILURE_ADVICE } from "./failure-advice.ts";
import type { TableReference } from "./table-reference.ts";

await runCommand({
  name: "salon-table",
  parse: (argv) => parseArgs(argv, packageVersion(import.meta.url)),
  run,
  advice: FAILURE_ADVICE,
});

async function run(settings: TableSettings, context: CommandContext): Promise<number> {
  try {
    return await answer(settings, context);
  } catch (error) {
    const isAbort = error instanceof Error && error.name === "AbortError";
    if (!context.signal.aborted || !isAbort) throw error;
    // A proof that was broken off must not look like one that was given.
    context.logger.warn("ended by a signal before it was done");
    return EXIT_FAILED;
  }
}

/** Of the catalog, by Iceberg's names; its storage is that of a checkpoint too. */
type Properties = TableSettings["catalog"]["properties"];

// Parts are loaded when they are needed, so that --help and usage errors need not wait for them.
async function answer(settings: TableSettings, context: CommandContext): Promise<number> {
  const { signal } = context;
  const [{ openCatalog }, { outputJson }, { emphasizeFor }] = await Promise.all([
    import("@salon/iceberg-writer"),
    import("./command-output.ts"),
    import("./emphasis.ts"),
  ]);
  const { namespace, table: name } = settings.catalog;
  const properties = await loadCatalogProperties(settings.catalog);
  await using catalog = await retryWhileUnreachable(
    () => openCatalog(properties, {}, { signal }),
    context,
  );
  const identifier = { namespace, name };
  const emphasis = emphasizeFor(process.stdout);
  const progress = new ProgressReport();
  const onProgress: TableReference["onProgress"] = (of) => progress.update(of);
  const table = { catalog, identifier, signal, emphasis, onProgress };
  const output = await withStatusLine(
    perform(settings.task, { table, properties }, context),
    () => statusOf(settings, progress),
    settings,
  );
  process.stdout.write(settings.isJson ? outputJson(output) : output.text);
  return output.exitCode ?? 0;
}

/** As `verify: rows, 24 %, …`, or `verify of t` where nothing is counted. */
function statusOf({ task, catalog }: TableSettings, progress: ProgressReport): string {
  const counted = progress.describe();
  return counted === "" ? `${task.kind} of ${catalog.table}` : `${task.kind}: ${counted}`;
}

async function perform(
  task: TableTask,
  { table, properties }: { readonly table: TableReference; readonly properties: Properties },
  context: CommandContext,
): Promise<CommandOutput> {
  switch (task.kind) {
    case "describe": {
      const { describe } = await import("./describe.ts");
      return describe(table);
    }
    case "snapshots": {
      const { listSnapshots } = await import("./list-snapshots.ts");
      return listSnapshots(table);
    }
    case "files": {
      const { listFiles } = await import("./list-files.ts");
      return listFiles(table, task.snapshotId);
    }
    case "dead-letters": {
      const { listByCause } = await import("./dead-letters.ts");
      return listByCause(table, task);
    }
    case "verify": {
      const { verify } = await import("./verify.ts");
      const { kafka } = task;
      return verify(table, task, kafka && (await topicOpener(kafka, context)));
    }
    case "recover-position": {
      const { recover } = await import("./recover-position.ts");
      return recover(table, task, await topicOpener(task.kafka, context));
    }
    case "adopt": {
      const { adopt } = await import("./adopt.ts");
      const openTopic = await topicOpener(task.kafka, context);
      return adopt(table, task, { openTopic, properties });
    }
    default:
      return task satisfies never;
  }
}

async function topicOpener(kafka: KafkaArguments, context: CommandContext): Promise<OpenTopic> {
  const [{ openKafkaSource }, connection] = await Promise.all([
    import("@salon/kafka-io"),
    loadKafkaConnection(kafka, "salon-table"),
  ]);
  const logger = toKafkaLogger(context.logger);
  return (topic, assign) =>
    retryWhileUnreachable(
      () => openKafkaSource({ ...connection, topic, assign }, { logger }),
      context,
    );
}
