import {
  type CommandContext,
  loadCatalogProperties,
  loadKafkaConnection,
  packageVersion,
  retryWhileUnreachable,
  runCommand,
  shownSecrets,
  toKafkaLogger,
} from "@salon/command-line";
import { type ConsumeSettings, parseArgs } from "./args.ts";
import { FAILURE_ADVICE } from "./failure-advice.ts";
import { openTogether } from "./open-together.ts";

/** Whoever looks at the page is told soon that the group is not known. */
const GROUP_TIMEOUTS = { connectionTimeoutMs: 5_000, requestTimeoutMs: 5_000 } as const;

await runCommand({
  name: "salon-consume",
  parse: (argv) => parseArgs(argv, packageVersion(import.meta.url)),
  run,
  advice: FAILURE_ADVICE,
});

// Parts are loaded when they are needed, so that --help and usage errors need not wait for them.
async function run(settings: ConsumeSettings, context: CommandContext): Promise<void> {
  const { logger, signal } = context;
  const { setFlagsFromString } = await import("node:v8");
  // The hot path leaves little to collect: a young generation that grows would just hold memory.
  setFlagsFromString("--semi-space-growth-factor=1");
  const [
    { openCatalog },
    { createKafkaGroup, openKafkaSink, openKafkaSource },
    { ratingsSchema },
    { runSink },
    { loadRules },
    { Monitor, Traces },
    { loadUiSettings },
    connection,
    catalogProperties,
  ] = await Promise.all([
    import("@salon/iceberg-writer"),
    import("@salon/kafka-io"),
    import("@salon/schema"),
    import("@salon/sink"),
    import("./load-rules.ts"),
    import("@salon/monitor"),
    import("./ui-options.ts"),
    loadKafkaConnection(settings.kafka, "salon-consume"),
    loadCatalogProperties(settings.catalog),
  ]);
  const { catalog: catalogArguments, reader, sink } = settings;
  const { topic, assign } = sink;
  const rules = await loadRules(settings.rules, ratingsSchema);
  const { ui, configuration } = settings;
  for (const flag of shownSecrets(configuration)) {
    logger.warn(
      { flag },
      `${flag} shows a secret in the list of processes; use its file or variable`,
    );
  }
  const version = packageVersion(import.meta.url);
  const { groupId } = reader;
  using group =
    groupId === undefined || assign !== undefined
      ? undefined
      : createKafkaGroup({ ...connection, ...GROUP_TIMEOUTS, topic, groupId });
  await using monitor =
    ui && new Monitor({ ...(await loadUiSettings(ui)), version, configuration }, { logger, group });
  // OpenTelemetry's own variable, which says where traces go.
  await using traces = process.env["OTEL_EXPORTER_OTLP_ENDPOINT"]
    ? new Traces({ serviceName: "salon-consume", version }, { logger })
    : undefined;
  const [openedCatalog, openedSource] = await openTogether(
    retryWhileUnreachable(() => openCatalog(catalogProperties, {}, { signal }), context),
    retryWhileUnreachable(
      () =>
        openKafkaSource(
          { ...connection, ...reader, topic, assign },
          { logger: toKafkaLogger(logger) },
        ),
      context,
    ),
  );
  await using catalog = openedCatalog;
  await using source = openedSource;
  await using deadLetterSink =
    settings.deadLetterTopic === undefined
      ? undefined
      : await retryWhileUnreachable(
          () =>
            openKafkaSink(
              { ...connection, topic: settings.deadLetterTopic ?? "" },
              { logger: toKafkaLogger(logger) },
            ),
          context,
        );
  logger.info(
    {
      topic,
      table: catalogArguments.table,
      groupId: reader.groupId,
      assign,
      trigger: sink.trigger,
    },
    `reading topic ${topic} into table ${catalogArguments.table}`,
  );
  const summary = await runSink(sink, {
    catalog,
    source,
    events: ratingsSchema,
    rules,
    deadLetterSink,
    logger,
    signal,
    observe: (observation) => {
      monitor?.observe(observation);
      traces?.observe(observation);
    },
  });
  logger.info({ ...summary }, "done");
}
