import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startFaultProxy } from "../../src/index.ts";
import type { FaultProxy } from "../../src/index.ts";

/** A target that answers 201 to a POST and remembers the bodies that reached it. */
let landed: string[];
let proxy: FaultProxy;
let resources: AsyncDisposableStack;

beforeEach(async () => {
  resources = new AsyncDisposableStack();
  landed = [];
  const target = createServer((request, response) => {
    void text(request).then((body) => {
      landed.push(body);
      response.writeHead(request.method === "POST" ? 201 : 200, { "x-host": request.headers.host });
      return response.end(`got ${body}`);
    });
  });
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
  resources.defer(() => void target.close());
  const { port } = target.address() as AddressInfo;
  proxy = resources.use(await startFaultProxy({ target: `http://127.0.0.1:${port}` }));
});
afterEach(() => resources.disposeAsync());

const post = (body: string, path = "/commit"): Promise<Response> =>
  fetch(proxy.url + path, { method: "POST", body });
const isPost = ({ method }: { method: string }): boolean => method === "POST";

it("passes a request, its host and its answer", async () => {
  const response = await post("a", "/x?y=1");
  expect([response.status, await response.text()]).toEqual([201, "got a"]);
  expect(response.headers.get("x-host")).toBe(new URL(proxy.url).host);
  expect(proxy.requests).toEqual([{ method: "POST", path: "/x?y=1" }]);
});

it("passes HEAD, whose answer names a length that does not follow", async () => {
  expect((await fetch(proxy.url, { method: "HEAD" })).status).toBe(200);
});

it("answers in the target's place, for the chosen requests only", async () => {
  const fault = { kind: "answer", status: 503, body: "busy" } as const;
  const rule = proxy.addRule({ matches: isPost, nth: [2], fault });
  const statuses = [];
  for (const body of ["a", "b", "c"]) statuses.push((await post(body)).status);
  expect(statuses).toEqual([201, 503, 201]);
  expect(landed).toEqual(["a", "c"]);
  expect(rule.hits.map(({ isFaulted }) => isFaulted)).toEqual([false, true, false]);
  expect(await Promise.all(rule.hits.map((hit) => hit.upstreamStatus))).toEqual([
    201,
    undefined,
    201,
  ]);
});

it("resets the connection before the target sees the request", async () => {
  proxy.addRule({ matches: isPost, nth: 1, fault: { kind: "reset" } });
  await expect(post("a")).rejects.toThrow("fetch failed");
  expect(landed).toEqual([]);
});

it("loses the answer of a request that landed", async () => {
  const rule = proxy.addRule({ matches: isPost, nth: 1, fault: { kind: "drop-response" } });
  await expect(post("a")).rejects.toThrow("fetch failed");
  expect(landed).toEqual(["a"]);
  expect(await (await rule.firstFault).upstreamStatus).toBe(201);
});

it("replaces the answer of a request that landed", async () => {
  proxy.addRule({ matches: isPost, fault: { kind: "replace-response", status: 504 } });
  expect((await post("a")).status).toBe(504);
  expect(landed).toEqual(["a"]);
});

it("lets a request land after the retry that it caused", async () => {
  const retried = Promise.withResolvers<void>();
  const fault = { kind: "land-late", until: retried.promise, status: 504 } as const;
  const rule = proxy.addRule({ matches: isPost, nth: 1, fault });
  expect((await post("first")).status).toBe(504);
  expect((await post("retry")).status).toBe(201);
  expect(landed).toEqual(["retry"]);
  retried.resolve();
  expect(await (await rule.firstFault).upstreamStatus).toBe(201);
  expect(landed).toEqual(["retry", "first"]);
});

it("holds a request back", async () => {
  const gate = Promise.withResolvers<void>();
  const fault = { kind: "delay-request", until: gate.promise } as const;
  const rule = proxy.addRule({ matches: isPost, fault });
  const response = post("a");
  await rule.firstFault;
  expect(landed).toEqual([]);
  gate.resolve();
  expect((await response).status).toBe(201);
});

it("holds an answer back", async () => {
  const gate = Promise.withResolvers<void>();
  const fault = { kind: "delay-response", until: gate.promise } as const;
  const rule = proxy.addRule({ matches: isPost, fault });
  const response = post("a");
  expect(await (await rule.firstFault).upstreamStatus).toBe(201);
  expect(landed).toEqual(["a"]);
  gate.resolve();
  expect((await response).status).toBe(201);
});

it("forgets a rule that was removed", async () => {
  const rule = proxy.addRule({ matches: isPost, fault: { kind: "answer", status: 500 } });
  rule.remove();
  proxy.addRule({ matches: isPost, fault: { kind: "answer", status: 400 } });
  proxy.clearRules();
  expect((await post("a")).status).toBe(201);
});

it("resets its client when nothing listens behind it", async () => {
  await using lonely = await startFaultProxy({ target: "http://127.0.0.1:1" });
  await expect(fetch(lonely.url)).rejects.toThrow("fetch failed");
});
