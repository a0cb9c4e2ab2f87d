import { copyFile, mkdir, readFile } from "node:fs/promises";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { basename, dirname, join } from "node:path";
import {
  createWorkDirectory,
  freePort,
  installMinio,
  installVersity,
  type ManagedProcess,
  runProcess,
  startKafka,
  startNodeProgram,
  startProcess,
  startRestCatalog,
  waitUntilReady,
  type WorkDirectory,
  writeKafkaScripts,
} from "@salon/testkit";
import {
  type ComposeService,
  type ComposeStack,
  dockerDirectory,
  mergeStack,
  serviceOf,
} from "./compose-stack.ts";
import { programOf } from "./program-arguments.ts";

/** Ports of the services inside of the network, those of further brokers with their hosts. */
const PORTS = [
  "9000 9001 9092 9093 9094 29092 29093 29094 4040 8181",
  "kafka-2:9092 kafka-2:9093 kafka-3:9092 kafka-3:9093",
].flatMap((line) => line.split(" "));

const mains = {
  producer: new URL("../../apps/producer-cli/src/main.ts", import.meta.url),
  consumer: new URL("../../apps/consumer-cli/src/main.ts", import.meta.url),
  table: new URL("../../apps/table-cli/src/main.ts", import.meta.url),
};

/**
 * A stack of which each container is a process of this machine. Commands, environments and files
 * are those of the compose files, but for hosts, ports and paths.
 */
export interface StackProcesses extends AsyncDisposable {
  /** What a file of the stack says, but for hosts, ports and paths. */
  local(text: string): string;
  /** The variables of a service, likewise. */
  environment(service: string): Readonly<Record<string, string>>;
  /** The services whose program is the consumer. */
  readonly consumers: readonly string[];
  /** Starts the program of a service. */
  startProgram(service: string, args?: readonly string[]): Promise<ManagedProcess>;
}

/** Starts what the programs need: broker, store and catalog, with topic and buckets. */
export async function startStack(
  overlays: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<StackProcesses> {
  const stack = await mergeStack(overlays, variables);
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await createWorkDirectory("stack"));
  const place = await placeStack(stack, directory);
  const store = await startStore(stack, place);
  resources.use(store);
  await startBrokers(stack, place, resources);
  if (stack.services["rest-catalog"] !== undefined) {
    await startCatalog(serviceOf(stack, "rest-catalog"), place, resources);
  }
  const owned = resources.move();
  return {
    local: (text) => local(text, place),
    environment: (service) => environmentOf(serviceOf(stack, service), place),
    consumers: Object.keys(stack.services).filter(
      (name) => programOf(serviceOf(stack, name)) === "consumer",
    ),
    startProgram(name, args) {
      const service = serviceOf(stack, name);
      return startNodeProgram({
        entry: mains[programOf(service) ?? "table"],
        name: `salon ${name}`,
        cwd: directory.path,
        args: args ?? service.command ?? [],
        env: environmentOf(service, place),
      });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Where on this machine a stack lies. */
interface StackPlace {
  readonly directory: string;
  readonly ports: Map<string, number>;
  /** Files of secrets by their path in containers. */
  readonly secrets: ReadonlyMap<string, string>;
}

async function placeStack(stack: ComposeStack, { path }: WorkDirectory): Promise<StackPlace> {
  const ports = new Map<string, number>();
  for (const port of PORTS) ports.set(port, await freePort());
  const files = Object.entries(stack.secrets ?? {});
  const generated = join(path, "generated");
  if (files.some(([, { file }]) => file.includes("/generated/"))) {
    const script = join(dockerDirectory, "secure", "make-secrets.sh");
    await runProcess({ command: "bash", args: [script, generated] });
  }
  const secrets = files.map(([name, { file }]): [string, string] => {
    const own = file.includes("/generated/") ? join(generated, basename(file)) : file;
    return [`/run/secrets/${name}`, own];
  });
  return { directory: path, ports, secrets: new Map(secrets) };
}

const ADDRESS = /(kafka(?:-\d)?|minio|rest-catalog|localhost)?:(\d{4,5})\b/gu;

/**
 * A text of a service for this machine: addresses and paths of secrets, and `$$` as a shell's.
 * Addresses without a host are those of the service itself.
 */
function local(text: string, { ports, secrets }: StackPlace, service = ""): string {
  return text
    .replaceAll("$$", "$")
    .replaceAll(ADDRESS, (whole, host: string | undefined, port: string) => {
      const own = ports.get(`${host ?? service}:${port}`) ?? ports.get(port);
      return own === undefined ? whole : `127.0.0.1:${own}`;
    })
    .replaceAll(/\/run\/secrets\/\w+/gu, (path) => secrets.get(path) ?? path);
}

function environmentOf(service: ComposeService, place: StackPlace): Record<string, string> {
  const variables = Object.entries(service.environment ?? {}).map(
    ([name, value]): [string, string] => [name, local(value, place)],
  );
  const page = service.environment?.["SALON_UI_PORT"];
  return {
    ...Object.fromEntries(variables),
    ...(page !== undefined && {
      SALON_UI_HOST: "127.0.0.1",
      SALON_UI_PORT: String(place.ports.get(page)),
    }),
  };
}

async function startBrokers(
  stack: ComposeStack,
  place: StackPlace,
  resources: AsyncDisposableStack,
): Promise<void> {
  const broker = serviceOf(stack, "kafka");
  const version = broker.image.includes(":3.9") ? "3.9" : "4.3";
  const names = Object.keys(stack.services).filter((name) => /^kafka(?:-\d)?$/u.test(name));
  const brokerProperties = await Promise.all(
    names.toSorted().map((name) => brokerPropertiesOf(stack, name, place)),
  );
  resources.use(
    await startKafka({ version, brokerCount: brokerProperties.length, brokerProperties }),
  );
  const scripts = join(place.directory, "kafka-scripts");
  await writeKafkaScripts(scripts, version);
  const here = (text: string): string => local(text.replaceAll("/opt/kafka/bin", scripts), place);
  const [, ...probe] = (broker.healthcheck?.test ?? []).map(here);
  await runProcess({ command: probe[0] ?? "", args: probe.slice(1), timeoutMs: 120_000 });
  const { entrypoint, command } = serviceOf(stack, "kafka-init");
  const [program = "", ...args] = [...(entrypoint ?? []), ...(command ?? [])].map(here);
  await runProcess({ command: program, args, name: "kafka-init", timeoutMs: 120_000 });
}

async function brokerPropertiesOf(
  stack: ComposeStack,
  name: string,
  place: StackPlace,
): Promise<Record<string, string>> {
  const broker = serviceOf(stack, name);
  const properties = broker.image.includes(":3.9")
    ? await fileProperties(broker)
    : environmentProperties(broker);
  // Directories and ZooKeeper are those of the test's own.
  const { "log.dirs": _data, "zookeeper.connect": _zooKeeper, ...rest } = properties;
  const own = Object.entries(rest).map(([key, value]) => [key, local(value, place, name)]);
  return Object.fromEntries(own) as Record<string, string>;
}

/** The broker's properties as Kafka's image makes them of variables. */
function environmentProperties({ environment = {} }: ComposeService): Record<string, string> {
  const own = Object.entries(environment).filter(([name]) => name.startsWith("KAFKA_"));
  const properties = own.map(([name, value]) => {
    const words = name.slice("KAFKA_".length).toLowerCase().replaceAll("_", ".");
    return [words.replaceAll("...", "-").replaceAll("..", "_"), value];
  });
  return Object.fromEntries(properties) as Record<string, string>;
}

/** Those of the file that the service mounts. */
async function fileProperties({ volumes = [] }: ComposeService): Promise<Record<string, string>> {
  const file = volumes.find(({ target }) => target.endsWith("/server.properties"));
  const lines = (await readFile(file?.source ?? "", "utf8")).trim().split("\n");
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  ) as Record<string, string>;
}

async function startStore(stack: ComposeStack, place: StackPlace): Promise<ManagedProcess> {
  const service = serviceOf(stack, "minio");
  const isMinio = service.image.includes("minio");
  const data = join(place.directory, "store");
  const certificates = join(place.directory, "certificates");
  // Both stores take a directory that is there for a bucket.
  await mkdir(join(data, "warehouse"), { recursive: true });
  for (const { source, target } of service.secrets ?? []) {
    if (!target.startsWith("/certs/")) continue;
    const path = join(certificates, target.slice("/certs/".length));
    await mkdir(dirname(path), { recursive: true });
    await copyFile(place.secrets.get(`/run/secrets/${source}`) ?? "", path);
  }
  const address = `127.0.0.1:${place.ports.get("9000")}`;
  const command = (service.command ?? []).map((argument) =>
    local(argument.replace(/^\/data$/u, data).replace(/^\/certs$/u, certificates), place),
  );
  const child = await startProcess({
    command: await (isMinio ? installMinio() : installVersity()),
    args: isMinio ? [...command, "--address", address] : command,
    env: environmentOf(service, place),
    name: service.image,
  });
  const probe = new URL(
    service.healthcheck?.test.find((word) => word.startsWith("http")) ??
      "http://127.0.0.1:9000/minio/health/live",
  );
  probe.host = address;
  const authority = place.secrets.get("/run/secrets/ca");
  const ca = authority === undefined ? undefined : await readFile(authority);
  await waitUntilReady(child, () => answersOk(probe, ca));
  return child;
}

function answersOk(url: URL, ca: Buffer | undefined): Promise<boolean> {
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const sent = request(url, { ca }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    sent.on("error", () => resolve(false)).end();
  });
}

async function startCatalog(
  { environment = {} }: ComposeService,
  place: StackPlace,
  resources: AsyncDisposableStack,
): Promise<void> {
  const catalog = await startRestCatalog({
    warehouse: environment["CATALOG_WAREHOUSE"],
    s3: {
      endpoint: local(environment["CATALOG_S3_ENDPOINT"] ?? "", place),
      accessKeyId: environment["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"] ?? "",
      region: environment["AWS_REGION"] ?? "",
    },
  });
  resources.use(catalog);
  place.ports.set("8181", Number(new URL(catalog.uri).port));
}
