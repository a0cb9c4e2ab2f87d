import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";

import { describe, expect, it } from "vitest";

import { sendHttp } from "../../../src/catalog/rest/http-exchange.ts";
import { fetchByNodeHttp } from "../../../src/catalog/rest/node-http.ts";

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function serve(answer: Answer): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    void text(request).then((body) => answer(request, response, body));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const transport = { fetch: fetchByNodeHttp, timeoutMs: 5_000 };
const get = (url: string) =>
  ({ method: "GET", url, headers: { authorization: "secret" } }) as const;

describe("fetchByNodeHttp", () => {
  it("sends method, headers and body with its length, and reads the answer", async () => {
    await using server = await serve(({ method, url, headers }, response, body) => {
      const told = [method, url, headers["x-one"], headers["content-length"], body];
      response.writeHead(418).end(JSON.stringify(told));
    });
    const url = `${server.url}/v1/a%1Fb?c=d`;
    const request = { method: "POST", url, headers: { "x-one": "1" }, body: "“ä”" } as const;
    expect(await sendHttp(transport, request)).toEqual({
      kind: "answer",
      status: 418,
      text: '["POST","/v1/a%1Fb?c=d","1","8","“ä”"]',
    });
  });

  it("tells the version that an answer is of, where it has one", async () => {
    await using server = await serve(({ url, headers }, response) => {
      expect(headers["if-none-match"]).toBe('"1"');
      if (url === "/same") response.writeHead(304, { ETag: 'W/"1"' });
      response.end();
    });
    const asking = { headers: { "if-none-match": '"1"' } };
    const same = { ...get(`${server.url}/same`), ...asking };
    expect(await sendHttp(transport, same)).toEqual({
      kind: "answer",
      status: 304,
      text: "",
      etag: 'W/"1"',
    });
    const other = { ...get(`${server.url}/other`), ...asking };
    expect(await sendHttp(transport, other)).toStrictEqual({
      kind: "answer",
      status: 200,
      text: "",
    });
  });

  it("reads a compressed answer", async () => {
    await using server = await serve(({ headers }, response) => {
      expect(headers["accept-encoding"]).toBe("gzip");
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("metadata"));
    });
    expect(await sendHttp(transport, get(server.url))).toMatchObject({ text: "metadata" });
  });

  it("follows where a GET is sent, but takes no secret to another server", async () => {
    await using other = await serve(({ headers }, response) =>
      response.end(String(headers.authorization)),
    );
    await using server = await serve(({ url, headers }, response) => {
      if (url === "/same") response.writeHead(307, { location: "/end" }).end();
      else if (url === "/other") response.writeHead(302, { location: other.url }).end();
      else if (url === "/loop") response.writeHead(301, { location: "/loop" }).end();
      else response.end(String(headers.authorization));
    });
    const reply = async (path: string) => sendHttp(transport, get(server.url + path));
    expect(await reply("/same")).toMatchObject({ kind: "answer", status: 200, text: "secret" });
    expect(await reply("/other")).toMatchObject({ kind: "answer", text: "undefined" });
    expect(await reply("/loop")).toMatchObject({ kind: "no-answer" });
    const post = { ...get(`${server.url}/same`), method: "POST", body: "" } as const;
    expect(await sendHttp(transport, post)).toMatchObject({ kind: "answer", status: 307 });
  });

  it("tells what was never sent from what has no answer", async () => {
    const gone = await serve(() => undefined);
    await gone[Symbol.asyncDispose]();
    expect(await sendHttp(transport, get(gone.url))).toMatchObject({ kind: "not-sent" });
    expect(await sendHttp(transport, get("http://no.such.host.invalid/"))).toMatchObject({
      kind: "not-sent",
    });
    await using rude = await serve((_request, response) => response.destroy());
    expect(await sendHttp(transport, get(rude.url))).toMatchObject({ kind: "no-answer" });
    await using cut = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half", () => response.destroy());
    });
    expect(await sendHttp(transport, get(cut.url))).toMatchObject({ kind: "no-answer" });
  });

  it("gives up at the time limit, and at an abort, each by its own reason", async () => {
    await using silent = await serve((request, response) => {
      if (request.url === "/half") response.writeHead(200).write("half");
    });
    const hasty = { ...transport, timeoutMs: 50 };
    for (const path of ["/", "/half"]) {
      const reply = await sendHttp(hasty, get(silent.url + path));
      expect(reply).toMatchObject({ kind: "no-answer", cause: { name: "TimeoutError" } });
    }
    const reason = new Error("enough");
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 20);
    const { signal } = controller;
    const reply = await sendHttp(transport, get(silent.url), { signal });
    expect(reply).toEqual({ kind: "no-answer", cause: reason });
  });
});
