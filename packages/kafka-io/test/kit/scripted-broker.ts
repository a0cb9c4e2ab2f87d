import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import {
  apiVersions,
  decodeRequestFrame,
  encodeResponseFrame,
  findCoordinator,
  FrameSplitter,
  type RequestHeader,
} from "@salon/kafka-protocol";

/** A server that says of itself that it is a broker, and answers as a test has it. */
export interface ScriptedBroker extends AsyncDisposable {
  readonly address: { readonly host: string; readonly port: number };
  /** Connections so far. */
  readonly connectionCount: () => number;
}

/** What is answered to a FindCoordinator request: bytes, and whether the connection then ends. */
export type Script = (
  header: RequestHeader,
  connection: number,
) => { readonly bytes: Buffer; readonly ends?: boolean } | undefined;

/** Answers ApiVersions as a broker does, and everything else by the script. */
export async function startScriptedBroker(script: Script): Promise<ScriptedBroker> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const connection = sockets.push(socket);
    const splitter = new FrameSplitter(1_000_000);
    socket.on("error", () => undefined);
    socket.on("data", (received: Buffer) => {
      for (const frame of splitter.push(received)) {
        const { header } = decodeRequestFrame(frame, () => false);
        const answer =
          header.apiKey === apiVersions.key
            ? { bytes: versions(header) }
            : script(header, connection);
        if (answer === undefined) continue;
        socket.write(answer.bytes, () => answer.ends === true && socket.destroy());
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    address: { host: "127.0.0.1", port },
    connectionCount: () => sockets.length,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** The answer that a broker would give. */
export function coordinatorAnswer(header: RequestHeader, nodeId: number): Buffer {
  const response = {
    throttleTimeMs: 0,
    errorCode: 0,
    errorMessage: "",
    nodeId,
    host: "h",
    port: 1,
  };
  const body = findCoordinator.encodeResponse(header.apiVersion, response);
  return encodeResponseFrame(header.correlationId, false, body);
}

function versions({ apiVersion, correlationId }: RequestHeader): Buffer {
  const apis = [apiVersions, findCoordinator].map(({ key, minVersion, maxVersion }) => ({
    key,
    minVersion,
    maxVersion: Math.min(maxVersion, 2),
  }));
  const body = apiVersions.encodeResponse(apiVersion, { errorCode: 0, apis, throttleTimeMs: 0 });
  return encodeResponseFrame(correlationId, false, body);
}
