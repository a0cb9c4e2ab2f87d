import { once } from "node:events";
import { request } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { isLoopback, Monitor } from "../src/index.ts";
import type { MonitorSettings } from "../src/index.ts";
import { chunk, committed, started } from "./kit/sink-events.ts";

const TOKEN = "a-token-that-is-long";

interface Open extends AsyncDisposable {
  readonly monitor: Monitor;
  readonly url: string;
  readonly port: number;
  readonly lines: string[];
}

async function open(settings: Partial<MonitorSettings> = {}): Promise<Open> {
  const lines: string[] = [];
  const log = (fields: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  const monitor = new Monitor(
    { host: "127.0.0.1", port: 0, version: "1.2.3", openAfterMs: 0, ...settings },
    { logger: { info: log, warn: log } },
  );
  const url = (await monitor.url) ?? "";
  const port = Number(new URL(url).port);
  return { monitor, url, port, lines, [Symbol.asyncDispose]: () => monitor[Symbol.asyncDispose]() };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** As node sends it: `fetch` would mend paths and host names. */
function ask(
  port: number,
  path: string,
  { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (text += part));
      const { statusCode: status = 0, headers } = response;
      response.on("end", () => resolve({ status, headers, text }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.setEncoding("latin1");
  let answer = "";
  socket.on("data", (part: string) => (answer += part));
  socket.on("error", () => {});
  socket.write(text);
  await once(socket, "close");
  return answer;
}

describe("the server", () => {
  it("serves page, data, metrics and probes", async () => {
    await using page = await open();
    page.monitor.observe(started());
    page.monitor.observe(chunk(0, 0, 10));
    page.monitor.observe(committed(0, { start: 0, end: 10 }));
    const types = new Map<string, string | undefined>();
    for (const path of ["/", "/page.css", "/page.js", "/icon.svg", "/status.json", "/metrics"]) {
      const { status, headers } = await ask(page.port, path);
      expect([path, status]).toEqual([path, 200]);
      types.set(path, headers["content-type"]);
    }
    expect(types.get("/")).toBe("text/html; charset=utf-8");
    expect(types.get("/page.js")).toBe("text/javascript; charset=utf-8");
    expect(types.get("/metrics")).toContain("text/plain");
    expect(JSON.parse((await ask(page.port, "/healthz")).text)).toMatchObject({ ok: true });
    expect(JSON.parse((await ask(page.port, "/readyz")).text)).toMatchObject({ ok: true });
    const shown = JSON.parse((await ask(page.port, "/status.json")).text);
    expect(shown).toMatchObject({ version: "1.2.3", commits: [{ rows: 10, files: 1 }] });
  });

  it("lets a browser run nothing but its own files", async () => {
    await using page = await open();
    const { headers, text } = await ask(page.port, "/");
    expect(headers["content-security-policy"]).toMatch(/default-src 'none'; script-src 'self';/);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(text).not.toMatch(/<script>|<style|\bon[a-z]+=|style=|https?:\/\//);
  });

  it.each([
    ["/../package.json", 404],
    ["/%2e%2e/package.json", 404],
    ["/..%2f..%2fetc%2fpasswd", 404],
    ["//etc/passwd", 404],
    ["/page.js/../../src/index.ts", 404],
    ["/nothing", 404],
  ])("has nothing at %s", async (path, status) => {
    await using page = await open();
    expect((await ask(page.port, path)).status).toBe(status);
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])(
    "is for reading only: %s",
    async (method) => {
      await using page = await open();
      const { status, headers } = await ask(page.port, "/status.json", { method });
      expect([status, headers.allow]).toEqual([405, "GET, HEAD"]);
    },
  );

  it("answers HEAD without a body", async () => {
    await using page = await open();
    const { status, text, headers } = await ask(page.port, "/metrics", { method: "HEAD" });
    expect([status, text]).toEqual([200, ""]);
    expect(Number(headers["content-length"])).toBeGreaterThan(1_000);
  });

  it("refuses large heads, and what is no request", async () => {
    await using page = await open();
    const large = "x".repeat(20_000);
    const headers = { "x-large": large };
    expect((await ask(page.port, `/${large}`)).status).toBe(431);
    expect((await ask(page.port, "/", { headers })).status).toBe(431);
    expect(await raw(page.port, "\u0016\u0003\u0001 hello\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("does not wait for clients that send nothing", { timeout: 20_000 }, async () => {
    await using page = await open();
    const answer = await raw(page.port, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  it.each(["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:4040", "[::2]"])(
    "does not answer to another name on loopback: %s",
    async (host) => {
      await using page = await open();
      expect((await ask(page.port, "/status.json", { headers: { host } })).status).toBe(403);
    },
  );

  it.each(["localhost:4040", "LOCALHOST", "127.0.0.1", "[::1]:4040", "salon.localhost:1"])(
    "answers to the names of this machine: %s",
    async (host) => {
      await using page = await open();
      expect((await ask(page.port, "/status.json", { headers: { host } })).status).toBe(200);
    },
  );

  it("ends at once, also while pages are open", async () => {
    const page = await open();
    const stream = await fetch(`${page.url}/events`);
    const start = performance.now();
    await page.monitor[Symbol.asyncDispose]();
    expect(performance.now() - start).toBeLessThan(1_000);
    await stream.text().catch(() => "");
    await expect(ask(page.port, "/")).rejects.toThrow("ECONNREFUSED");
  });

  it("takes the next port where one is taken", async () => {
    await using first = await open();
    await using second = await open({ port: first.port });
    expect(second.port).toBe(first.port + 1);
    expect(second.lines[0]).toContain(`http://127.0.0.1:${second.port}`);
  });

  it("goes on without a page where no port is free", async () => {
    const taken = createServer().listen(65_535, "127.0.0.1");
    await once(taken, "listening");
    const lines: string[] = [];
    const warn = (_: object, message: string): void => void lines.push(message);
    await using monitor = new Monitor(
      {
        host: "127.0.0.1",
        port: (taken.address() as AddressInfo).port,
        version: "1",
        openAfterMs: 0,
      },
      { logger: { info: warn, warn } },
    );
    expect(await monitor.url).toBeUndefined();
    expect(lines).toEqual(["the status page cannot open, going on without it"]);
    monitor.observe(started());
    taken.close();
  });
});

describe("a token", () => {
  const paths = ["/", "/status.json", "/history.json", "/metrics", "/events", "/nothing"];

  it.each(paths)("is asked for at %s", async (path) => {
    await using page = await open({ token: TOKEN, host: "0.0.0.0" });
    const headers = { host: "salon.example" };
    const none = await ask(page.port, path, { headers });
    expect([none.status, none.headers["www-authenticate"]]).toEqual([401, "Bearer"]);
    expect(none.text).not.toContain(TOKEN);
    for (const wrong of ["x", TOKEN.slice(1), `${TOKEN}x`, ""]) {
      const authorization = `Bearer ${wrong}`;
      expect((await ask(page.port, path, { headers: { authorization } })).status).toBe(401);
      expect((await ask(page.port, `${path}?token=${wrong}`)).status).toBe(401);
    }
  });

  it("is not asked for by probes", async () => {
    await using page = await open({ token: TOKEN, host: "0.0.0.0" });
    expect((await ask(page.port, "/healthz")).status).toBe(200);
    const { status, text } = await ask(page.port, "/readyz");
    expect([status, JSON.parse(text)]).toEqual([503, { ok: false, state: "starting" }]);
  });

  it("opens as Bearer, or once in the address, which becomes a cookie", async () => {
    await using page = await open({ token: TOKEN, host: "0.0.0.0" });
    const authorization = `Bearer ${TOKEN}`;
    expect((await ask(page.port, "/metrics", { headers: { authorization } })).status).toBe(200);
    const once = await ask(page.port, `/?token=${TOKEN}`);
    expect([once.status, once.headers.location]).toEqual([303, "/"]);
    const [cookie = ""] = once.headers["set-cookie"] ?? [];
    expect(cookie).toMatch(
      /^salon_session_[\da-f]{12}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(cookie).not.toContain(TOKEN);
    const session = { cookie: `other=1; ${cookie.split(";")[0]}` };
    expect((await ask(page.port, "/status.json", { headers: session })).status).toBe(200);
    const forged = { cookie: `${cookie.split("=")[0]}=x` };
    expect((await ask(page.port, "/status.json", { headers: forged })).status).toBe(401);
  });

  it("opens the pages of two processes of one host side by side", async () => {
    await using first = await open({ token: TOKEN });
    await using second = await open({ token: TOKEN });
    const pages = [first, second];
    const cookies = await Promise.all(
      pages.map(async ({ port }) => {
        const { headers } = await ask(port, `/?token=${TOKEN}`);
        return headers["set-cookie"]?.[0]?.split(";")[0];
      }),
    );
    const headers = { cookie: cookies.join("; ") };
    for (const { port } of pages) {
      expect((await ask(port, "/status.json", { headers })).status).toBe(200);
    }
  });

  it("is nowhere in what is served or logged", async () => {
    await using page = await open({ token: TOKEN });
    const headers = { authorization: `Bearer ${TOKEN}` };
    const texts = await Promise.all(
      ["/", "/status.json", "/metrics", "/history.json"].map((path) =>
        ask(page.port, path, { headers }),
      ),
    );
    for (const { status, text } of texts) {
      expect(status).toBe(200);
      expect(text).not.toContain(TOKEN);
    }
    expect(page.lines.join("\n")).not.toContain(TOKEN);
  });
});

describe("the event stream", () => {
  it("sends the status at once and every second, and stops for nobody", async () => {
    await using page = await open();
    page.monitor.observe(started());
    const response = await fetch(`${page.url}/events`);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (text.split("event: status").length < 3) text += (await reader.read()).value ?? "";
    const [, first = ""] = /data: (.*)\n/.exec(text) ?? [];
    expect(JSON.parse(first)).toMatchObject({ subject: { table: "bronze" } });
    await reader.cancel();
  });

  it("has a limit of pages", async () => {
    await using page = await open();
    const aborts = new AbortController();
    const open16 = Array.from({ length: 16 }, () =>
      fetch(`${page.url}/events`, { signal: aborts.signal }),
    );
    await Promise.all(open16);
    expect((await ask(page.port, "/events")).status).toBe(503);
    aborts.abort();
  });
});

it.each([
  ["127.0.0.1", true],
  ["127.8.8.8", true],
  ["localhost", true],
  ["::1", true],
  ["0.0.0.0", false],
  ["::", false],
  ["10.0.0.1", false],
  ["salon.example", false],
  ["127.0.0.1.example", false],
])("%s is loopback: %s", (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
