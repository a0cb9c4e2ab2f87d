import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import {
  createWorkDirectory,
  installHadolint,
  runProcess,
  startLibrdkafka,
  startNodeProgram,
  useSharedServices,
  type WorkDirectory,
} from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDevBroker } from "@salon/dev-broker";
import { openKafkaSink } from "@salon/kafka-io";
import { dockerDirectory } from "./compose-stack.ts";
import { ContainerImages, writeNodeContext } from "./container-images.ts";

const root = join(dockerDirectory, "..");
const dockerfile = readFileSync(join(dockerDirectory, "Dockerfile"), "utf8");

/** A stage of the Dockerfile: what it begins with, and its instructions. */
interface Stage {
  readonly name: string;
  readonly base: string;
  readonly instructions: readonly string[];
}

const stages: readonly Stage[] = dockerfile
  .split(/^FROM /mu)
  .slice(1)
  .map((text) => {
    const [first = "", ...lines] = text.replaceAll("\\\n", " ").trim().split("\n");
    const [base = "", , name = ""] = first.split(" ");
    return { name, base, instructions: lines.filter((line) => /^[A-Z]/u.test(line)) };
  });

function instructionsOf(stage: string, word: string): readonly string[] {
  const found = stages.find(({ name }) => name === stage)?.instructions ?? [];
  return found
    .filter((line) => line.startsWith(`${word} `))
    .map((line) => line.slice(word.length + 1).trim());
}

it("has nothing that a linter of Dockerfiles warns about", async () => {
  const report = await runProcess({
    command: await installHadolint(),
    // Steps apart are kept apart, so that a change of sources does not install everything anew.
    args: [
      "--ignore",
      "DL3059",
      "--failure-threshold",
      "style",
      join(dockerDirectory, "Dockerfile"),
    ],
  });
  expect(report).toBe("");
});

it("runs its programs by number as somebody else than root, and ends them by SIGTERM", () => {
  const node = stages.map(({ base }) => base).filter((base) => base.startsWith("node:"));
  expect(new Set(node).size).toBe(1);
  expect(node[0]).toMatch(/^node:24\.\d+\.\d+-[a-z]+-slim$/u);
  expect(instructionsOf("program", "USER")).toEqual(["1000:1000"]);
  expect(instructionsOf("program", "STOPSIGNAL")).toEqual(["SIGTERM"]);
  for (const target of ["producer", "consumer", "table"]) {
    expect(stages.find(({ name }) => name === target)?.base).toBe("program");
    expect(instructionsOf(target, "ENTRYPOINT")).toEqual([
      expect.stringMatching(/^\["node", "bin\/salon-\w+\.js"\]$/u),
    ]);
  }
});

describe("the steps of the build, in a directory of this machine", () => {
  let directory: WorkDirectory | undefined;

  beforeAll(async () => {
    directory = await createWorkDirectory("image");
    const context = join(directory.path, "context");
    await copyContext(context);
    await runSteps(context, `${directory.path}/programs`);
  });

  afterAll(() => directory?.[Symbol.asyncDispose]());

  it.each(["producer", "consumer", "table"])("make a %s that starts", async (target) => {
    const place = join(directory?.path ?? "", "programs", target);
    const [entry = "[]"] = instructionsOf(target, "ENTRYPOINT");
    const [, script = ""] = JSON.parse(entry) as readonly string[];
    const usage = await runProcess({
      command: process.execPath,
      args: [script, "--help"],
      cwd: place,
      env: { NODE_ENV: "production", NODE_OPTIONS: undefined, VITEST: undefined },
    });
    expect(usage).toContain(`Usage: ${basename(script, ".js")}`);
    const packages = await runProcess({
      command: "ls",
      args: [join(place, "node_modules", ".pnpm")],
    });
    expect(packages).toContain("@salon+command-line");
    expect(packages).not.toMatch(/testkit|vitest|typescript|oxlint/u);
  });

  describe("make an image of the consumer, as the last stages say", () => {
    const image = "localhost/salon/consumer";
    let images: ContainerImages;

    beforeAll(async () => {
      images = await ContainerImages.open();
      const path = directory?.path ?? "";
      const [node = ""] = stages.map(({ base }) => base).filter((base) => base.startsWith("node:"));
      const base = join(path, "base");
      await mkdir(base);
      const own = { dockerfile: await writeNodeContext(base), context: base };
      await images.build({ tag: `docker.io/library/${node}`, ...own });
      // What the first stage makes is there already.
      const last = join(path, "Dockerfile");
      await writeFile(
        last,
        dockerfile.slice(dockerfile.indexOf("\nFROM ", dockerfile.indexOf("FROM ") + 1)),
      );
      await images.build({
        tag: image,
        dockerfile: last,
        context: join(path, "context"),
        target: "consumer",
        stages: { build: path },
      });
    });
    afterAll(() => images?.[Symbol.asyncDispose]());

    it("that is healthy by its own check, and ends by SIGTERM", async () => {
      const name = "salon-image-health";
      await using container = await images.run({
        image,
        name,
        network: "none",
        args: ["--log-format=json"],
      });
      await container.waitForLine(/status page at/, { timeoutMs: 60_000 });
      expect(await images.podman("healthcheck", "run", name)).toBe("");
      const user = await images.podman("exec", name, "node", "-p", "process.getuid()");
      expect(user.trim()).toBe("1000");
      await images.podman("kill", "--signal", "TERM", name);
      expect(await container.exit).toEqual({ code: 0 });
    });

    it("that fills a table, on a read-only root and as somebody else than root", async () => {
      await using broker = await startDevBroker({ topics: [{ name: "ratings", partitions: 1 }] });
      const bootstrapServers = [broker.bootstrapServers];
      await using sink = await openKafkaSink({ bootstrapServers, topic: "ratings" });
      await sink.send([{ value: Buffer.from('{"customer_id":1}') }, { value: Buffer.from("no") }]);
      await using container = await images.run({
        image,
        name: "salon-image-table",
        network: "host",
        args: [
          `--bootstrap-servers=${broker.bootstrapServers}`,
          "--topic=ratings",
          "--warehouse=/tmp/warehouse",
          "--starting-offsets=earliest",
          "--trigger=available-now",
          "--no-ui",
          "--log-format=json",
        ],
      });
      expect(await container.exit).toEqual({ code: 0 });
      const [done = "{}"] = container
        .stderr()
        .split("\n")
        .filter((line) => line.includes('"done"'));
      expect(JSON.parse(done)).toMatchObject({ rows: 1, dead: 1 });
    });

    it("that the smoke test finds at work between a broker and a store", async () => {
      const { kafka, s3, bucket } = useSharedServices();
      await using client = await startLibrdkafka(kafka);
      const topic = `smoke-${randomUUID()}`;
      await client.createTopic(topic, { partitions: 3 });
      const place = [
        `--bootstrap-servers=${kafka.bootstrapServers}`,
        `--topic=${topic}`,
        `--warehouse=s3a://${bucket}/${topic}`,
        `--catalog-property=s3.endpoint=${s3.endpoint}`,
        `--catalog-property=s3.access-key-id=${s3.accessKeyId}`,
        `--catalog-property=s3.secret-access-key=${s3.secretAccessKey}`,
      ];
      const name = "salon-image-smoke";
      const own = ["--starting-offsets=earliest", "--commit-interval=1s", "--no-ui"];
      await using container = await images.run({
        image,
        name,
        network: "host",
        args: [...place, ...own, "--log-format=json"],
      });
      await container.waitForLine(/"msg":"reading topic/, { timeoutMs: 60_000 });
      const entry = new URL("../../apps/smoke/src/main.ts", import.meta.url);
      await using smoke = await startNodeProgram({ entry, args: place });
      const { code } = await smoke.exit;
      expect({ code, shown: smoke.lastLines() }).toEqual({
        code: 0,
        shown: expect.stringContaining("3 of 3 once, by value"),
      });
      await images.podman("kill", "--signal", "TERM", name);
      expect(await container.exit).toEqual({ code: 0 });
    });
  });
});

/** Runs the steps of the build but the first, which installs the package manager that runs here. */
async function runSteps(context: string, programs: string): Promise<void> {
  for (const step of instructionsOf("build", "RUN").slice(1)) {
    await runProcess({
      command: "sh",
      args: ["-c", step.replaceAll("/programs", programs)],
      cwd: context,
      env: { CI: "true", NODE_OPTIONS: undefined, NODE_ENV: undefined, VITEST: undefined },
      name: step,
      timeoutMs: 600_000,
    });
  }
}

it("installs the package manager that the workspace names", () => {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly packageManager: string;
  };
  expect(instructionsOf("build", "RUN")[0]).toBe(`npm install --global ${packageManager}`);
});

describe("health.mjs", () => {
  it.each([
    [200, 0],
    [503, 1],
  ])("turns an answer of %i into exit code %i", async (status, code) => {
    const server = createServer((_request, response) => response.writeHead(status).end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    expect(await health(`http://127.0.0.1:${port}/healthz`)).toEqual({ code });
    server.close();
    server.closeAllConnections();
    expect(await health(`http://127.0.0.1:${port}/healthz`)).toEqual({ code: 1 });
  });
});

async function health(address: string): Promise<unknown> {
  await using program = await startNodeProgram({
    entry: join(dockerDirectory, "health.mjs"),
    args: [address],
  });
  return await program.exit;
}

/** What `.dockerignore` lets through: paths that it names, without names that it leaves out. */
async function copyContext(target: string): Promise<void> {
  const lines = readFileSync(join(root, ".dockerignore"), "utf8").trim().split("\n");
  const [everything, ...rules] = lines.filter((line) => !line.startsWith("#"));
  const kept = rules.filter((rule) => rule.startsWith("!")).map((rule) => rule.slice(1));
  const left = rules.filter((rule) => rule.startsWith("**/")).map((rule) => rule.slice(3));
  if (everything !== "*" || kept.length + left.length !== rules.length) {
    throw new Error(".dockerignore has rules of another form than this reads");
  }
  const isLeft = (path: string): boolean =>
    left.some((name) =>
      name.startsWith("*") ? path.endsWith(name.slice(1)) : basename(path) === name,
    );
  await mkdir(target);
  for (const path of kept) {
    await cp(join(root, path), join(target, path), {
      recursive: true,
      filter: (source) => !isLeft(source),
    });
  }
}
