import { describe, expect, it } from "vitest";
import { mergeStack, OVERLAYS, serviceOf, type ComposeService } from "./compose-stack.ts";
import { parseService, programOf, variablesOf } from "./program-arguments.ts";

/** Come with the page that a consumer serves; its command line has them when it does. */
const OF_THE_PAGE = ["SALON_UI_HOST", "SALON_UI_PORT", "SALON_UI_TOKEN_FILE"];

/** Services that do their work and end. */
const isTask = (name: string, service: ComposeService): boolean =>
  name.endsWith("-init") || service.profiles !== undefined;

describe.each(OVERLAYS.map((overlays) => ({ overlays, name: overlays.join(" + ") })))(
  "compose.yaml + $name",
  ({ overlays }) => {
    const stack = mergeStack(overlays);

    it("gives every service a pinned image, limits and the network", async () => {
      const { services, networks } = await stack;
      expect(networks["iceberg_net"]).toMatchObject({ name: "iceberg_net" });
      for (const [name, service] of Object.entries(services)) {
        expect(service.image, name).toMatch(/:(?!latest)[\w.-]*\d[\w.-]*$/u);
        expect(service.deploy?.resources?.limits, name).toMatchObject({
          memory: expect.stringMatching(/^\d+$/u),
          cpus: expect.any(Number),
        });
        const isInside = service.networks !== undefined && "iceberg_net" in service.networks;
        expect(isInside || service.network_mode === "service:kafka", name).toBe(true);
      }
    });

    it("starts again what ends, and knows how everything that stays is doing", async () => {
      for (const [name, service] of Object.entries((await stack).services)) {
        if (service.profiles !== undefined) continue;
        const isProducer = programOf(service) === "producer";
        const restarts = isTask(name, service)
          ? "on-failure:5"
          : isProducer
            ? "on-failure"
            : "unless-stopped";
        expect(service.restart, name).toBe(restarts);
        const hasHealth = service.healthcheck !== undefined;
        expect(hasHealth, name).toBe(!isTask(name, service) && !isProducer);
      }
    });

    it("waits for what is healthy, and for tasks until they are done", async () => {
      const { services } = await stack;
      for (const [name, { depends_on: needs = {} }] of Object.entries(services)) {
        for (const [needed, { condition }] of Object.entries(needs)) {
          const service = services[needed];
          expect(service, `${name} needs ${needed}`).toBeDefined();
          const done = needed.endsWith("-init");
          expect(condition, `${name} needs ${needed}`).toBe(
            done ? "service_completed_successfully" : "service_healthy",
          );
        }
      }
      const { consumer, producer } = services;
      expect(Object.keys(consumer?.depends_on ?? {})).toEqual(
        expect.arrayContaining(["kafka", "kafka-init", "minio", "minio-init"]),
      );
      expect(Object.keys(producer?.depends_on ?? {})).toEqual(
        expect.arrayContaining(["kafka", "kafka-init"]),
      );
    });

    it("publishes each port once, on this machine alone, and keeps data in named volumes", async () => {
      const { services, volumes = {} } = await stack;
      const all = Object.values(services);
      const ports = all.flatMap((service) => service.ports ?? []);
      const published = ports.map((port) => port.published);
      expect(new Set(published).size).toBe(published.length);
      expect(ports.every((port) => port.host_ip === "127.0.0.1")).toBe(true);
      for (const mount of all.flatMap((service) => service.volumes ?? [])) {
        if (mount.type === "bind") expect(mount.read_only, mount.source).toBe(true);
        else expect(volumes, mount.source).toHaveProperty(mount.source);
      }
    });

    it("runs the programs as somebody, on a file system that they cannot write", async () => {
      const programs = Object.values((await stack).services).filter(programOf);
      expect(programs.length).toBeGreaterThanOrEqual(3);
      for (const service of programs) {
        expect(service).toMatchObject({ user: "1000:1000", read_only: true, cap_drop: ["ALL"] });
      }
    });

    it("says to the programs only what their own command lines take", async () => {
      for (const [name, service] of Object.entries((await stack).services)) {
        const program = programOf(service);
        if (program === undefined) continue;
        expect(parseService(program, service), name).toMatchObject({ kind: "settings" });
        const known = variablesOf(program);
        expect(known.size).toBeGreaterThan(10);
        const unknown = Object.keys(service.environment ?? {})
          .filter((variable) => variable.startsWith("SALON_"))
          .filter((variable) => !known.has(variable) && !OF_THE_PAGE.includes(variable));
        expect(unknown, name).toEqual([]);
      }
    });
  },
);

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
  for (const each of [
    "CLUSTER_ID",
    "KAFKA_CONTROLLER_QUORUM_VOTERS",
    "KAFKA_DEFAULT_REPLICATION_FACTOR",
  ]) {
    expect(new Set(brokers.map((environment) => environment?.[each])).size, each).toBe(1);
  }
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
    for (const [name, service] of Object.entries(services)) {
      const known = Object.entries(service.environment ?? {}).filter(
        ([variable]) =>
          /PASSWORD|SECRET|TOKEN|ACCESS_KEY/iu.test(variable) && !/FILE$/u.test(variable),
      );
      expect(known, name).toEqual([]);
      for (const { source } of service.secrets ?? []) {
        expect(secrets[source]?.file, source).toContain("/secure/generated/");
      }
    }
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
          sasl: { mechanism: "SCRAM-SHA-512", passwordFile: "/run/secrets/kafka_password" },
          tls: { caFile: "/run/secrets/ca" },
        },
      },
    });
  });
});
