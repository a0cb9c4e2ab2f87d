import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { startDevBroker } from "@salon/dev-broker";
import {
  createWorkDirectory,
  runProcess,
  startNodeProgram,
  useSharedReader,
  useSharedServices,
} from "@salon/testkit";
import { expect, it } from "vitest";

const CONSUME = new URL("../src/main.ts", import.meta.url);
const MAKE_SECRETS = new URL("../../../docker/secure/make-secrets.sh", import.meta.url).pathname;

interface Identity {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Speaks TLS for a catalog that does not, as a proxy before it would. */
async function startTlsFront(target: string, identity: Identity, host = "127.0.0.1") {
  const { hostname, port } = new URL(target);
  const [cert, key] = await Promise.all([readFile(identity.certFile), readFile(identity.keyFile)]);
  let connections = 0;
  const server = createServer({ cert, key }, (client) => {
    const catalog = connect(Number(port), hostname);
    client.pipe(catalog).pipe(client);
    for (const socket of [client, catalog]) socket.on("error", () => client.destroy());
  });
  server.on("connection", () => (connections += 1));
  server.listen(0, host);
  await once(server, "listening");
  return {
    uri: `https://${host}:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    [Symbol.dispose]: () => void server.close(),
  };
}

it("a catalog of an own authority is refused by name, and used when it is trusted", async () => {
  const { restCatalog, s3 } = useSharedServices();
  await using work = await createWorkDirectory("catalog-tls");
  await runProcess({ command: "bash", args: [MAKE_SECRETS, work.path] });
  const file = (name: string): string => join(work.path, name);
  const identity = { certFile: file("minio.crt"), keyFile: file("minio.key") };
  using front = await startTlsFront(restCatalog.uri, identity);
  // The certificate does not have this address.
  using misnamed = await startTlsFront(restCatalog.uri, identity, "127.0.0.2");
  await using broker = await startDevBroker({ topics: [{ name: "t", partitions: 1 }] });
  const table = `ratings_${randomUUID().replaceAll("-", "_")}`;
  const consume = async (uri: string, env: Readonly<Record<string, string>> = {}) => {
    await using program = await startNodeProgram({
      entry: CONSUME,
      args: [
        "--topic=t",
        "--starting-offsets=earliest",
        "--trigger=available-now",
        `--bootstrap-servers=${broker.bootstrapServers}`,
        "--catalog=rest",
        `--catalog-property=uri=${uri}`,
        `--catalog-property=s3.endpoint=${s3.endpoint}`,
        "--catalog-property=s3.path-style-access=true",
        `--table=${table}`,
      ],
      env: {
        AWS_ACCESS_KEY_ID: s3.accessKeyId,
        AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
        NODE_EXTRA_CA_CERTS: undefined,
        ...env,
      },
    });
    const { code } = await program.exit;
    return { code, shown: program.stdout() + program.stderr() };
  };

  const refused = await consume(front.uri);
  expect(refused.shown).toContain(
    `catalog ${front.uri}: its certificate is not trusted (unable to verify the first certificate)`,
  );
  expect(refused.shown).toContain("NODE_EXTRA_CA_CERTS");
  // Access denied, as the help of the command says; at once, since it would not be otherwise.
  expect(refused.code).toBe(4);
  expect(refused.shown).not.toContain("trying again");
  expect(front.connections()).toBe(1);

  const trusting = { NODE_EXTRA_CA_CERTS: file("ca.crt") };
  const unfit = await consume(misnamed.uri, trusting);
  expect(unfit.shown).toContain(`catalog ${misnamed.uri}: its certificate is not valid`);
  expect(unfit.code).toBe(4);

  expect(await consume(front.uri, trusting)).toMatchObject({ code: 0 });
  const reader = await useSharedReader("pyiceberg");
  const catalog = { kind: "rest", uri: restCatalog.uri, s3 } as const;
  expect(await reader.readTable({ catalog, table: `default.${table}` })).toEqual([]);
});
