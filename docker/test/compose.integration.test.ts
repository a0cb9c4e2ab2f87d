import { describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type ComposeService,
  type ComposeStack,
  dockerDirectory,
  mergeStack,
  OVERLAYS,
  serviceOf,
} from "./compose-stack.ts";
import { parseService, programOf, variablesOf } from "./program-arguments.ts";

/** The names of services that are not as they should be. */
function namesOf(
  stack: ComposeStack,
  isWrong: (service: ComposeService, name: string) => boolean,
): readonly string[] {
  const services = Object.entries(stack.services);
  return services.filter(([name, service]) => isWrong(service, name)).map(([name]) => name);
}

const isTask = (name: string): boolean => name.endsWith("-init");

/** What brings a service back that ended; what is run by hand is not. */
function restartOf(name: string, service: ComposeService): string | undefined {
  if (service.profiles !== undefined) return undefined;
  if (isTask(name)) return "on-failure:5";
  return programOf(service) === "producer" ? "on-failure" : "unless-stopped";
}

const isUnbounded = ({ deploy }: ComposeService): boolean =>
  !(Number(deploy?.resources?.limits?.memory) > 0) ||
  !(Number(deploy?.resources?.limits?.cpus) > 0);

const isOutside = ({ networks = {}, network_mode }: ComposeService): boolean =>
  !("iceberg_net" in networks) && network_mode !== "service:kafka";

const isLeft = (service: ComposeService, name: string): boolean =>
  service.restart !== restartOf(name, service);

/** `SALON_` variables of a program's service that its command line does not know. */
function unknownVariables(service: ComposeService): readonly string[] {
  const program = programOf(service);
  if (program === undefined) return [];
  const known = variablesOf(program);
  return Object.keys(service.environment ?? {})
    .filter((variable) => variable.startsWith("SALON_"))
    .filter((variable) => !known.has(variable));
}

describe.each(OVERLAYS.map((overlays) => ({ overlays, name: overlays.join(" + ") })))(
  "compose.yaml + $name",
  ({ overlays }) => {
    const merged = mergeStack(overlays);

    it("has the services that every stack has", async () => {
      expect(Object.keys((await merged).services)).toEqual(
        expect.arrayContaining(["kafka", "minio", "producer", "consumer", "table"]),
      );
    });

    it("pins every image, and bounds what a container may use", async () => {
      const stack = await merged;
      expect(namesOf(stack, ({ image }) => !/:(?!latest)[\w.-]*\d[\w.-]*$/u.test(image))).toEqual(
        [],
      );
      expect(namesOf(stack, isUnbounded)).toEqual([]);
    });

    it("has every service in the network of that name", async () => {
      const stack = await merged;
      expect(stack.networks["iceberg_net"]).toMatchObject({ name: "iceberg_net" });
      expect(namesOf(stack, isOutside)).toEqual([]);
    });

    it("starts again what ends, and knows how everything that stays is doing", async () => {
      const stack = await merged;
      expect(namesOf(stack, isLeft)).toEqual([]);
      expect(namesOf(stack, ({ healthcheck }) => healthcheck === undefined).toSorted()).toEqual([
        "kafka-init",
        "minio-init",
        "producer",
        "table",
      ]);
    });

    it("waits for what is healthy, and for tasks until they are done", async () => {
      const { services } = await merged;
      const needs = Object.values(services).flatMap((service) =>
        Object.entries(service.depends_on ?? {}),
      );
      const wrong = needs.filter(
        ([needed, { condition }]) =>
          services[needed] === undefined ||
          condition !== (isTask(needed) ? "service_completed_successfully" : "service_healthy"),
      );
      expect(wrong).toEqual([]);
      expect(Object.keys(services["consumer"]?.depends_on ?? {})).toEqual(
        expect.arrayContaining(["kafka", "kafka-init", "minio", "minio-init"]),
      );
      expect(Object.keys(services["producer"]?.depends_on ?? {})).toEqual(
        expect.arrayContaining(["kafka", "kafka-init"]),
      );
    });

    it("publishes each port once, on this machine alone", async () => {
      const ports = Object.values((await merged).services).flatMap(
        (service) => service.ports ?? [],
      );
      const published = ports.map((port) => port.published);
      expect(published.length).toBeGreaterThanOrEqual(3);
      expect(new Set(published).size).toBe(published.length);
      expect(ports.filter((port) => port.host_ip !== "127.0.0.1")).toEqual([]);
    });

    it("keeps data in named volumes, and mounts files to be read only", async () => {
      const { services, volumes = {} } = await merged;
      const mounts = Object.values(services).flatMap((service) => service.volumes ?? []);
      const wrong = mounts.filter(({ type, source, read_only: isReadOnly }) =>
        type === "bind" ? isReadOnly !== true : volumes[source] === undefined,
      );
      expect(wrong).toEqual([]);
    });

    it("runs the programs as somebody, on a file system that they cannot write", async () => {
      const programs = Object.values((await merged).services).filter(programOf);
      expect(programs.length).toBeGreaterThanOrEqual(3);
      const confined = programs.map(({ user, read_only, cap_drop }) => ({
        user,
        read_only,
        cap_drop,
      }));
      const each = { user: "1000:1000", read_only: true, cap_drop: ["ALL"] };
      expect(confined).toEqual(programs.map(() => each));
    });

    it("says to the programs only what their own command lines take", async () => {
      const stack = await merged;
      const refused = Object.values(stack.services).flatMap((service) => {
        const program = programOf(service);
        const outcome = program === undefined ? undefined : parseService(program, service);
        return outcome === undefined || outcome.kind === "settings" ? [] : [outcome];
      });
      expect(refused).toEqual([]);
      expect(Object.values(stack.services).flatMap(unknownVariables)).toEqual([]);
      expect(variablesOf("consumer").size).toBeGreaterThan(20);
    });
  },
);

it("is merged here in every combination that README.md shows", () => {
  const readme = readFileSync(join(dockerDirectory, "README.md"), "utf8");
  const commands = readme.split("\n").filter((line) => line.includes("-f docker/compose.yaml"));
  const shown = commands.map((line) =>
    Array.from(line.matchAll(/compose\.([\w-]+)\.yaml/gu), ([, name = ""]) => name).join(" "),
  );
  const merged = OVERLAYS.map((overlays) => overlays.join(" "));
  expect(shown.length).toBeGreaterThanOrEqual(9);
  expect(shown.filter((overlays) => !merged.includes(overlays))).toEqual([]);
});

it("has a token for the page that is long enough", () => {
  const token = readFileSync(join(dockerDirectory, "local", "ui-token"), "utf8");
  expect(token).toMatch(/^[\x21-\x7e]{16,}\n$/u);
});

it("has the names, ports and buckets that users know", async () => {
  const { services } = await mergeStack([]);
  const names = Object.values(services).flatMap((service) => service.container_name ?? []);
  expect(names.toSorted()).toEqual(
    [
      "kafka",
      "kafka-init",
      "minio",
      "minio-init",
      "ratings-consumer",
      "ratings-producer",
    ].toSorted(),
  );
  const ports = Object.entries(services).flatMap(([name, service]) =>
    (service.ports ?? []).map(({ published, target }) => `${name} ${published}:${target}`),
  );
  expect(ports.toSorted()).toEqual([
    "consumer 4040:4040",
    "kafka 29092:29092",
    "minio 9000:9000",
    "minio 9001:9001",
  ]);
  expect(services["minio-init"]?.entrypoint?.at(-1)).toContain("store/warehouse store/raw-data");
  expect(services["kafka"]?.environment).toMatchObject({
    KAFKA_ADVERTISED_LISTENERS: "INSIDE://kafka:9092,OUTSIDE://localhost:29092",
    KAFKA_LOG_DIRS: services["kafka"]?.volumes?.[0]?.target,
  });
  expect(services["kafka-init"]?.command).toEqual(
    expect.arrayContaining(["--topic", "nail_salon_ratings", "--partitions", "3"]),
  );
});

it("has ZooKeeper and a broker of id 1 that keeps nothing of KRaft", async () => {
  const { services } = await mergeStack(["zookeeper"]);
  expect(services["kafka"]?.depends_on).toEqual({
    zookeeper: { condition: "service_healthy", required: true },
  });
  expect(Object.keys(services["kafka"]?.environment ?? {})).toEqual(["KAFKA_HEAP_OPTS"]);
  expect(services["kafka"]?.volumes?.map(({ source }) => source)).not.toContain("kafka-data");
});

it("has three brokers of one quorum and three consumers of one group in the cluster", async () => {
  const { services } = await mergeStack(["cluster"]);
  const brokers = ["kafka", "kafka-2", "kafka-3"].map((name) => services[name]?.environment);
  expect(brokers.map((environment) => environment?.["KAFKA_NODE_ID"])).toEqual(["1", "2", "3"]);
  const shared = [
    "CLUSTER_ID",
    "KAFKA_CONTROLLER_QUORUM_VOTERS",
    "KAFKA_DEFAULT_REPLICATION_FACTOR",
  ].map((variable) => new Set(brokers.map((environment) => environment?.[variable])).size);
  expect(shared).toEqual([1, 1, 1]);
  expect(services["kafka-init"]?.command).toEqual(
    expect.arrayContaining(["--replication-factor", "3", "--partitions", "6"]),
  );
  const consumers = ["consumer", "consumer-2", "consumer-3"].map((name) =>
    parseService("consumer", serviceOf({ services, networks: {} }, name)),
  );
  expect(consumers[1]).toEqual(consumers[0]);
  expect(consumers[2]).toEqual(consumers[0]);
});

describe("the secure stack", () => {
  const stack = mergeStack(["monitoring", "secure"]);

  it("has every secret in a file that the script makes", async () => {
    const { services, secrets = {} } = await stack;
    const all = Object.values(services);
    const plain = all
      .flatMap((service) => Object.keys(service.environment ?? {}))
      .filter((variable) => /PASSWORD|SECRET|TOKEN|ACCESS_KEY/iu.test(variable))
      .filter((variable) => !variable.endsWith("FILE"));
    expect(plain).toEqual([]);
    const used = all.flatMap((service) => service.secrets ?? []);
    expect(used.length).toBeGreaterThan(10);
    const elsewhere = used.filter(
      ({ source }) => secrets[source]?.file.includes("/secure/generated/") !== true,
    );
    expect(elsewhere).toEqual([]);
  });

  it("shows Kafka and the store by TLS alone, and Kafka to those with a password", async () => {
    const { services } = await stack;
    expect(services["kafka"]?.environment).toMatchObject({
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP:
        "INSIDE:SASL_SSL,OUTSIDE:SASL_SSL,LOCAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
      KAFKA_LISTENERS: expect.stringMatching(
        /^INSIDE:\/\/:9092,OUTSIDE:\/\/:29092,LOCAL:\/\/localhost:\d+,CONTROLLER:\/\/localhost:\d+$/u,
      ),
      KAFKA_SASL_ENABLED_MECHANISMS: "SCRAM-SHA-512",
    });
    expect(JSON.stringify(services)).not.toContain("http://minio");
    expect(parseService("consumer", serviceOf(await stack, "consumer"))).toMatchObject({
      settings: {
        kafka: {
          securityProtocol: "SASL_SSL",
          sasl: { mechanism: "SCRAM-SHA-512", password: { file: "/run/secrets/kafka_password" } },
          tls: { caFile: "/run/secrets/ca" },
        },
      },
    });
  });
});
