import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { classPath } from "../install/maven-jars.ts";
import type { KafkaVersion } from "./kafka-broker.ts";

/** Kafka's scripts that tests run, and the programs that they start. */
const programs = (version: KafkaVersion): Readonly<Record<string, string>> => ({
  "kafka-topics.sh": "org.apache.kafka.tools.TopicCommand",
  "kafka-configs.sh": "kafka.admin.ConfigCommand",
  "kafka-broker-api-versions.sh":
    version === "4.3"
      ? "org.apache.kafka.tools.BrokerApiVersionsCommand"
      : "kafka.admin.BrokerApiVersionsCommand",
});

/**
 * Makes Kafka's own scripts in a directory, as its distribution has them in `bin`: they take the
 * same arguments, and run the same programs.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function writeKafkaScripts(directory: string, version: KafkaVersion): Promise<void> {
  const jars = await classPath(version === "4.3" ? "kafka4" : "kafka3");
  await mkdir(directory, { recursive: true });
  for (const [name, program] of Object.entries(programs(version))) {
    const path = join(directory, name);
    await writeFile(path, `#!/bin/sh\nexec java -cp '${jars}' ${program} "$@"\n`);
    await chmod(path, 0o755);
  }
}
