import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createWorkDirectory, installJarsOf } from "../../packages/testkit/src/index.ts";
import type { DrainingPeer } from "../against.ts";
import { drainUntil } from "./drain-until.ts";
import { compileJava, startJvm } from "./jvm.ts";

const MAIN = "SparkToIceberg";
/** So that there is a steady part: by default the whole backlog is one batch and one commit. */
const BATCHES = 5;
/** What Spark opens by reflection, as its own launcher has it. */
const OPENED = [
  "java.io",
  "java.lang",
  "java.lang.invoke",
  "java.lang.reflect",
  "java.net",
  "java.nio",
  "java.util",
  "java.util.concurrent",
  "java.util.concurrent.atomic",
  "sun.nio.ch",
  "sun.nio.cs",
  "sun.security.action",
  "sun.util.calendar",
];

/** A Spark Structured Streaming job that appends batch after batch, its driver the executor too. */
export const spark: DrainingPeer = {
  name: "Spark",
  async drain(stage, { topic, rowCount }) {
    const jars = join(await installJarsOf(join(import.meta.dirname, "spark.xml")), "*");
    await using directory = await createWorkDirectory("spark");
    const folder = directory.path;
    await compileJava(join(import.meta.dirname, `${MAIN}.java`), { classPath: jars, folder });
    return await drainUntil(stage, rowCount, (table) => {
      const job = [stage.bootstrapServers, topic, stage.restUri, stage.s3.endpoint, table];
      const checkpoint = pathToFileURL(join(folder, "checkpoint")).href;
      return startJvm(stage, {
        name: "Spark",
        classPath: `${folder}:${jars}`,
        mainClass: MAIN,
        args: [...job, checkpoint, String(Math.ceil(rowCount / BATCHES))],
        opened: OPENED,
      });
    });
  },
};
