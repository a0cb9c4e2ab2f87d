import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startTcpProxy } from "../../src/index.ts";
import type { TcpProxy } from "../../src/index.ts";

let proxy: TcpProxy;
let resources: AsyncDisposableStack;
/** Long enough for a byte to pass twice over the loopback device. */
const A_WHILE_MS = 100;

beforeEach(async () => {
  resources = new AsyncDisposableStack();
  const echo = createServer((socket) => socket.on("error", () => undefined).pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
  resources.defer(() => void echo.close());
  const { port } = echo.address() as AddressInfo;
  proxy = resources.use(await startTcpProxy({ target: { host: "127.0.0.1", port } }));
});
afterEach(() => resources.disposeAsync());

async function client(): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port: proxy.port });
  await once(socket, "connect");
  resources.defer(() => void socket.destroy());
  return socket;
}

async function echoOf(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [data] = (await once(socket, "data")) as [Buffer];
  return data.toString();
}

it("passes bytes both ways", async () => {
  expect(await echoOf(await client(), "hello")).toBe("hello");
});

it("holds bytes while it is paused, of open and of new connections", async () => {
  const open = await client();
  await echoOf(open, "warm");
  proxy.pause();
  const late = await client();
  const answers: string[] = [];
  for (const socket of [open, late]) socket.on("data", (data) => answers.push(data.toString()));
  open.write("open");
  late.write("late");
  await sleep(A_WHILE_MS);
  expect(answers).toEqual([]);
  proxy.resume();
  await expect.poll(() => answers.toSorted()).toEqual(["late", "open"]);
});

it("resets open connections and takes new ones", async () => {
  const socket = await client();
  await echoOf(socket, "warm");
  const ended = once(socket, "error");
  proxy.cut();
  expect(((await ended) as [NodeJS.ErrnoException])[0].code).toBe("ECONNRESET");
  expect(await echoOf(await client(), "again")).toBe("again");
});

it("refuses connections until it accepts them again", async () => {
  proxy.refuse();
  const refused = connect({ host: "127.0.0.1", port: proxy.port });
  await once(refused, "error");
  proxy.accept();
  expect(await echoOf(await client(), "again")).toBe("again");
  expect(proxy.connectionCount()).toBe(1);
});
