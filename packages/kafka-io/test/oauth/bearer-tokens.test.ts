import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { type BearerTokens, createBearerTokens } from "../../src/oauth/bearer-tokens.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function startEndpoint(handle: Handler): Promise<string> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?realm=hidden`;
}

const SECRET = "s3cret & more: ü";
let nowMs = 1_000_000;

function tokensOf(uri: string, change: { readonly scope?: string } = {}): BearerTokens {
  const client = { clientId: "a client", clientSecret: SECRET };
  const components = { fetch, timeoutMs: 500, nowMs: () => nowMs };
  return createBearerTokens({ kind: "endpoint", uri, ...client, ...change }, components);
}

function answering(status: number, body: string): Handler {
  return (_, response) => void response.writeHead(status).end(body);
}

const WELCOME = JSON.stringify({ access_token: "t", token_type: "Bearer", expires_in: 60 });

describe("tokens of an endpoint", () => {
  test("are asked for as RFC 6749 has it", async () => {
    const seen: unknown[] = [];
    const uri = await startEndpoint((request, response) => {
      void text(request).then((body) => {
        const { authorization, "content-type": type } = request.headers;
        seen.push(request.method, type, authorization, body);
        return response.end(WELCOME);
      });
    });
    expect(await tokensOf(uri, { scope: "a b" }).get()).toBe("t");
    const client = Buffer.from("a+client:s3cret+%26+more%3A+%C3%BC").toString("base64");
    expect(seen).toEqual([
      "POST",
      "application/x-www-form-urlencoded",
      `Basic ${client}`,
      "grant_type=client_credentials&scope=a+b",
    ]);
  });

  test("are one for all who ask, until four fifths of its life or a refusal", async () => {
    let given = 0;
    const uri = await startEndpoint((_, response) => {
      given++;
      response.end(WELCOME.replace('"t"', `"t${given}"`));
    });
    const tokens = tokensOf(uri);
    expect(await Promise.all([tokens.get(), tokens.get()])).toEqual(["t1", "t1"]);
    nowMs += 47_999;
    expect(await tokens.get()).toBe("t1");
    nowMs += 1;
    expect(await tokens.get()).toBe("t2");
    tokens.drop("t1");
    expect(await tokens.get()).toBe("t2");
    tokens.drop("t2");
    expect(await tokens.get()).toBe("t3");
  });

  test("without a lifetime serve one connection each", async () => {
    let given = 0;
    const uri = await startEndpoint((_, response) => {
      given++;
      response.end(JSON.stringify({ access_token: `t${given}` }));
    });
    const tokens = tokensOf(uri);
    expect([await tokens.get(), await tokens.get()]).toEqual(["t1", "t2"]);
  });

  const quoting = JSON.stringify({ error: "invalid_client", error_description: `not ${SECRET}\n` });
  test.each<[string, Handler, string, string]>([
    ["a refusal", answering(401, quoting), "KAFKA_UNAUTHORIZED", "401: invalid_client: not ***"],
    [
      "a page",
      answering(400, "<html>"),
      "KAFKA_UNAUTHORIZED",
      "it refuses the client (status 400)",
    ],
    ["an overload", answering(503, ""), "KAFKA_UNREACHABLE", "gives no token now (status 503)"],
    ["a limit", answering(429, "[]"), "KAFKA_UNREACHABLE", "gives no token now (status 429)"],
    ["no such place", answering(404, "null"), "SETTINGS_INVALID", "no tokens are given there"],
    [
      "another place",
      (_, response) => void response.writeHead(307, { location: "http://127.0.0.1:1/" }).end(),
      "SETTINGS_INVALID",
      "no tokens are given there (status 307)",
    ],
    ["no JSON", answering(200, "token"), "KAFKA_UNAUTHORIZED", "no token that can be sent"],
    ["no token", answering(200, "{}"), "KAFKA_UNAUTHORIZED", "no token that can be sent"],
    [
      "a token that is none",
      answering(200, '{"access_token":"a\\u0001b"}'),
      "KAFKA_UNAUTHORIZED",
      "no token that can be sent",
    ],
    [
      "another kind of token",
      answering(200, '{"access_token":"t","token_type":"mac"}'),
      "KAFKA_UNAUTHORIZED",
      "it gives no bearer tokens",
    ],
    ["silence", () => undefined, "KAFKA_UNREACHABLE", "it does not answer in time"],
    ["an end", (request) => request.socket.destroy(), "KAFKA_UNREACHABLE", "other side closed"],
    [
      "an answer without end",
      (_, response) => {
        const more = (): void => void (response.write("x".repeat(65_536)) && setImmediate(more));
        response.on("drain", more);
        more();
      },
      "KAFKA_UNREACHABLE",
      "its answer has more than 262144 bytes",
    ],
  ])(
    "%s is an error that names place and cause, and no secret",
    async (_what, handle, code, told) => {
      const uri = await startEndpoint(handle);
      const error: unknown = await tokensOf(uri)
        .get()
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code,
        retryable: code === "KAFKA_UNREACHABLE",
        message: expect.stringContaining(told),
      });
      expect(String(error)).toContain(`token endpoint ${uri.replace(/\?.*/, "")}: `);
      expect(JSON.stringify(error) + String(error)).not.toMatch(/s3cret|hidden/);
    },
  );

  test.each(["", "token", "ftp://a/t", "http://user:s3cret@a/t", "file:///etc/passwd"])(
    "%j is no endpoint",
    (uri) => {
      expect(() => tokensOf(uri)).toThrow(
        expect.objectContaining({
          code: "SETTINGS_INVALID",
          message: expect.not.stringContaining("s3cret"),
        }),
      );
    },
  );
});

describe("tokens of a file", () => {
  const components = { fetch, timeoutMs: 500, nowMs: () => nowMs };

  test("are read anew each time, without the line break at the end", async () => {
    const folder = await mkdtemp(join(tmpdir(), "salon-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, "token");
    const tokens = createBearerTokens({ kind: "file", path }, components);
    for (const token of ["one", "two"]) {
      await writeFile(path, `${token}\n`);
      expect(await tokens.get()).toBe(token);
    }
    await writeFile(path, "s3cret with blanks");
    await expect(tokens.get()).rejects.toMatchObject({
      code: "SETTINGS_INVALID",
      message: `SASL OAUTHBEARER: the file ${path} holds no bearer token`,
    });
  });

  test("need the file", async () => {
    const tokens = createBearerTokens({ kind: "file", path: "/nowhere/token" }, components);
    await expect(tokens.get()).rejects.toMatchObject({
      code: "SETTINGS_INVALID",
      message: expect.stringContaining("/nowhere/token"),
    });
  });
});
