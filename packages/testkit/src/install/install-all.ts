// Installs all that tests with real services need, so that it can be done beside something else:
// `node packages/testkit/src/install/install-all.ts`. Needs no workspace dependency.
import { installChromium } from "./chromium.ts";
import { installCompose } from "./compose-binary.ts";
import { installContainerTools } from "./container-tools.ts";
import { installHadolint } from "./hadolint.ts";
import { installJava } from "./java.ts";
import { installJars } from "./maven-jars.ts";
import { installMinio } from "./minio-binary.ts";
import { installPostgres } from "./postgres-binaries.ts";
import { installPrometheus } from "./prometheus.ts";
import { installPython } from "./python-environment.ts";
import { installTrino } from "./trino-server.ts";
import { installVersity } from "./versity-binary.ts";

async function timed(what: string, install: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  await install();
  process.stdout.write(`${what}: ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}

/** Downloads wait for the network most of the time, so they go beside the build. */
async function installDownloads(): Promise<void> {
  for (const jars of [
    "kafka4",
    "rest-catalog",
    "spark",
    "spark-kafka",
    "kafka3",
    "nessie",
  ] as const) {
    await timed(`jars of ${jars}`, () => installJars(jars));
  }
  await timed("PostgreSQL", installPostgres);
  for (const version of [21, 25] as const) {
    await timed(`Java ${version}`, () => installJava(version));
  }
  await timed("Chromium", installChromium);
  await timed("buildah and podman", installContainerTools);
  await timed("hadolint", installHadolint);
  await timed("Trino", installTrino);
  await timed("Prometheus", () => installPrometheus("prometheus"));
  for (const python of ["readers", "spark"] as const) {
    await timed(`Python of ${python}`, () => installPython(python));
  }
}

/** One after the other: each build takes all processors. */
async function buildPrograms(): Promise<void> {
  await timed("MinIO", installMinio);
  await timed("Docker Compose", installCompose);
  await timed("Versity S3 Gateway", installVersity);
}

await Promise.all([buildPrograms(), installDownloads()]);
