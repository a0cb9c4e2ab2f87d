import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { EventStream } from "../src/event-stream.ts";

it("writes nothing to streams that it has ended", async () => {
  const events = new EventStream(1, () => events.send("status", {}));
  const errors: unknown[] = [];
  const server = createServer((_, response) => {
    response.on("error", (error) => errors.push(error));
    events.open(response, {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}`);
  expect(events.clientCount).toBe(1);
  events.close();
  events.send("status", {});
  expect(await response.text()).toContain("event: status");
  expect(events.clientCount).toBe(0);
  expect(errors).toEqual([]);
  await new Promise((resolve) => server.close(resolve));
});
