import { join } from "node:path";
import { createWorkDirectory, installJarsOf } from "../../packages/testkit/src/index.ts";
import type { DrainingPeer } from "../against.ts";
import { COMMIT_INTERVAL_MS, drainUntil } from "./drain-until.ts";
import { compileJava, startJvm } from "./jvm.ts";

const MAIN = "FlinkToIceberg";
/** What Flink opens by reflection, as its own start script has it. */
const OPENED = [
  "java.io",
  "java.lang",
  "java.lang.reflect",
  "java.net",
  "java.nio",
  "java.text",
  "java.time",
  "java.util",
  "java.util.concurrent",
];

/** A Flink job, with its cluster in one process. */
export const flink: DrainingPeer = {
  name: "Flink",
  async drain(stage, { topic, rowCount }) {
    const jars = join(await installJarsOf(join(import.meta.dirname, "flink.xml")), "*");
    await using classes = await createWorkDirectory("flink");
    const folder = classes.path;
    await compileJava(join(import.meta.dirname, `${MAIN}.java`), { classPath: jars, folder });
    return await drainUntil(stage, rowCount, (table) => {
      const job = [stage.bootstrapServers, topic, stage.restUri, stage.s3.endpoint, table];
      return startJvm(stage, {
        name: "Flink",
        classPath: `${folder}:${jars}`,
        mainClass: MAIN,
        args: [...job, String(COMMIT_INTERVAL_MS)],
        opened: OPENED,
      });
    });
  },
};
