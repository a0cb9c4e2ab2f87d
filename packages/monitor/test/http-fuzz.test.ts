import { connect } from "node:net";
import { fuzzBytes } from "@salon/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Monitor } from "../src/index.ts";

const TOKEN = "a-token-that-is-long";
const PATHS = ["/", "/status.json", "/history.json", "/metrics", "/healthz", "/page.js"];

const failures: unknown[] = [];
let open: Monitor;
let guarded: Monitor;
let ports: readonly number[];

function note(error: unknown): void {
  failures.push(error);
}

beforeAll(async () => {
  process.on("uncaughtException", note).on("unhandledRejection", note);
  const settings = { port: 0, version: "1", openAfterMs: 0 };
  const components = { logger: { info: () => undefined, warn: () => undefined } };
  open = new Monitor({ ...settings, host: "127.0.0.1" }, components);
  guarded = new Monitor({ ...settings, host: "127.0.0.1", token: TOKEN }, components);
  const urls = await Promise.all([open.url, guarded.url]);
  ports = urls.map((url) => Number(new URL(url ?? "").port));
});

afterAll(async () => {
  await Promise.all([open[Symbol.asyncDispose](), guarded[Symbol.asyncDispose]()]);
  process.off("uncaughtException", note).off("unhandledRejection", note);
});

/** What is answered to these bytes, until the server or the time ends the connection. */
async function answerTo(port: number, bytes: Uint8Array): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.setEncoding("latin1").on("data", (part: string) => (text += part));
  socket.on("error", () => undefined);
  // Half-closed: what waits for more is told that there is none.
  socket.end(bytes);
  const timer = setTimeout(() => socket.destroy(), 1_000);
  await new Promise((resolve) => socket.once("close", resolve));
  clearTimeout(timer);
  return text;
}

function requestOf(path: string): Buffer {
  const head = [`GET ${path} HTTP/1.1`, "host: localhost", "connection: close", "cookie: a=b"];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n`);
}

describe("requests that are nearly right", () => {
  it("are answered or dropped, and harm nobody", async () => {
    expect(
      await fuzzBytes({
        samples: PATHS.map(requestOf),
        rounds: 600,
        check: async (bytes) => {
          for (const [index, port] of ports.entries()) {
            const text = await answerTo(port, bytes);
            if (text !== "" && !/^HTTP\/1\.1 [2-5]\d\d /.test(text)) throw new Error(text);
            if (text.startsWith("HTTP/1.1 500")) throw new Error(text);
            // Nothing but a probe is told to those without a token.
            if (index === 1 && text.startsWith("HTTP/1.1 200") && !text.includes('"ok":')) {
              throw new Error(`without a token: ${text}`);
            }
          }
        },
      }),
    ).toBeGreaterThan(0);
    expect(failures).toEqual([]);
    const text = await answerTo(ports[0] ?? 0, requestOf("/healthz"));
    expect(text).toMatch(/^HTTP\/1\.1 (200|503)/);
  });

  it.each([
    ["a head without end", `GET / HTTP/1.1\r\n${"a: b\r\n".repeat(10_000)}`, /^HTTP\/1\.1 431/],
    ["a long address", `GET /${"a".repeat(100_000)} HTTP/1.1\r\n\r\n`, /^HTTP\/1\.1 431|^$/],
    [
      "a body that nobody reads",
      `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9999999999\r\n\r\n${"x".repeat(1e6)}`,
      /^HTTP\/1\.1 405/,
    ],
    [
      "two lengths",
      "GET / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
      /^HTTP\/1\.1 400/,
    ],
    ["another protocol", "\u0016\u0003\u0001\u0002\u0000", /^HTTP\/1\.1 400|^$/],
    ["no HTTP of this age", "GET / HTTP/9.9\r\n\r\n", /^HTTP\/1\.1 (400|505)/],
    [
      "an upgrade",
      "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
      /^HTTP\/1\.1 200|^$/,
    ],
  ])("%s is refused", async (_what, text, answer) => {
    expect(await answerTo(ports[0] ?? 0, Buffer.from(text, "latin1"))).toMatch(answer);
    expect(failures).toEqual([]);
  });
});
