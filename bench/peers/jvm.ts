import { runProcess } from "../../packages/testkit/src/index.ts";
import { MEASURED_CORE } from "../cores.ts";
import { startMeasured } from "../measured-process.ts";
import type { MeasuredProcess } from "../measured-process.ts";
import type { Stage } from "../stage.ts";

/** A program on a Java machine. */
export interface JvmProgram {
  readonly name: string;
  /** Jars and folders of classes, with colons between. */
  readonly classPath: string;
  readonly mainClass: string;
  readonly args: readonly string[];
  /** Packages of the base module that it opens by reflection. */
  readonly opened?: readonly string[] | undefined;
}

const MEMORY = ["-Xms256m", "-Xmx2g", "-XX:+UseG1GC"];

/** Starts a program on the measured core, with the keys of the stage's store. */
export function startJvm(stage: Stage, program: JvmProgram): Promise<MeasuredProcess> {
  const { name, classPath, mainClass, args, opened = [] } = program;
  const opens = opened.map((folder) => `--add-opens=java.base/${folder}=ALL-UNNAMED`);
  return startMeasured({
    cores: MEASURED_CORE,
    command: "java",
    name,
    env: {
      AWS_ACCESS_KEY_ID: stage.s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: stage.s3.secretAccessKey,
      AWS_REGION: stage.s3.region,
    },
    args: [...MEMORY, ...opens, "-cp", classPath, mainClass, ...args],
  });
}

/** Compiles a source into a folder ahead of its start, which is measured. */
export async function compileJava(
  source: string,
  { classPath, folder }: { readonly classPath: string; readonly folder: string },
): Promise<void> {
  await runProcess({ command: "javac", args: ["-cp", classPath, "-d", folder, source] });
}
