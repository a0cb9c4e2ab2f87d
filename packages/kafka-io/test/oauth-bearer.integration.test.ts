import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createWorkDirectory,
  type KafkaService,
  startKafka,
  startTokenServer,
  type TokenServer,
  type WorkDirectory,
} from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BearerTokenSettings, openKafkaSink, openKafkaSource } from "../src/index.ts";
import { DRIVERS, type DriverName } from "./kit/drivers.ts";
import { connectKafkaCluster, type KafkaCluster, numbered } from "./kit/kafka-cluster.ts";
import { RecordingHandler } from "./kit/recording-handler.ts";

/** A broker ends a session with its token. */
const TOKEN_SECONDS = 20;

let tokens: TokenServer;
let kafka: KafkaService;
let cluster: KafkaCluster;
let work: WorkDirectory;

beforeAll(async () => {
  work = await createWorkDirectory("tokens");
  tokens = await startTokenServer({ lifetimeSeconds: TOKEN_SECONDS });
  kafka = await startKafka({ security: "sasl_ssl", tokenKeysUri: tokens.keysUri });
  cluster = await connectKafkaCluster(kafka.bootstrapServers);
});

afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
  await kafka?.stop();
  await tokens?.[Symbol.asyncDispose]();
  await work?.[Symbol.asyncDispose]();
});

type Endpoint = Extract<BearerTokenSettings, { kind: "endpoint" }>;

function endpoint(change: Partial<Endpoint> = {}): Endpoint {
  const [clientId = "", clientSecret = ""] = tokens.credential.split(":");
  return { kind: "endpoint", uri: tokens.uri, clientId, clientSecret, ...change };
}

function settings(driver: DriverName, token: BearerTokenSettings) {
  const { bootstrapServers = "", ca = "" } = kafka.secured ?? {};
  return {
    driver,
    bootstrapServers: [bootstrapServers],
    tls: { ca },
    sasl: { mechanism: "oauthbearer", token, extensions: { traceId: "1" } },
  } as const;
}

async function tokenFile(name: string, text: string): Promise<BearerTokenSettings> {
  const path = join(work.path, name);
  await writeFile(path, text);
  return { kind: "file", path };
}

describe.each(DRIVERS)("%s", (driver) => {
  test("writes and reads past the end of its token, without trouble", async () => {
    const topic = await cluster.createTopic();
    const secured = { ...settings(driver, endpoint()), topic };
    await using sink = await openKafkaSink(secured);
    await using source = await openKafkaSource({ ...secured, groupId: topic });
    const handler = new RecordingHandler();
    await source.start(handler);
    const givenBefore = tokens.given();
    const endsAtMs = Date.now() + 1.3 * 1000 * TOKEN_SECONDS;
    let count = 0;
    while (Date.now() < endsAtMs) {
      await sink.send(numbered(10, { first: count }));
      count += 10;
      await handler.reaches(0, count);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(handler.of(0)).toHaveLength(count);
    // The first member of a cluster's first group may come before its coordinator.
    const requestFailed = expect.objectContaining({ code: "KAFKA_REQUEST_FAILED" });
    for (const trouble of handler.troubles) expect(trouble).toEqual(requestFailed);
    expect(tokens.given()).toBeGreaterThan(givenBefore);
  });

  test("takes the token of a file", async () => {
    const topic = await cluster.createTopic();
    const token = await tokenFile(`${driver}-good`, `${tokens.lastingToken()}\n`);
    await using source = await openKafkaSource({
      ...settings(driver, token),
      topic,
      assign: [0],
    });
    expect(await source.describeTopic()).toMatchObject({ partitionCount: 1 });
  });

  async function refusal(token: BearerTokenSettings): Promise<unknown> {
    const open = openKafkaSource({ ...settings(driver, token), topic: "any", assign: [0] });
    return open.then(
      async (source) => source[Symbol.asyncDispose](),
      (error: unknown) => error,
    );
  }

  test("a token that has ended, or that somebody else has signed, is refused for good", async () => {
    await using others = await startTokenServer({ lifetimeSeconds: TOKEN_SECONDS });
    for (const text of [tokens.endedToken(), others.lastingToken(), "no.json.token"]) {
      expect(await refusal(await tokenFile(`${driver}-bad`, text))).toMatchObject({
        code: "KAFKA_UNAUTHORIZED",
        retryable: false,
        message: expect.stringMatching(
          /^cannot connect to Kafka at .*the token is refused: invalid_token/,
        ),
      });
    }
  });

  test("a wrong secret is refused by the server of tokens, and not shown", async () => {
    const error = await refusal(endpoint({ clientSecret: "wrong-and-secret" }));
    expect(error).toMatchObject({
      code: "KAFKA_UNAUTHORIZED",
      retryable: false,
      message:
        `token endpoint ${tokens.uri}: it refuses the client ` +
        "(status 401: invalid_client: unknown client)",
    });
    expect(JSON.stringify(error)).not.toContain("wrong-and-secret");
  });
});
