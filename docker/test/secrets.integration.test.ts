import { X509Certificate } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { createWorkDirectory, runProcess } from "@salon/testkit";
import { expect, it } from "vitest";
import { dockerDirectory, mergeStack } from "./compose-stack.ts";

const script = join(dockerDirectory, "secure", "make-secrets.sh");

async function readAll(directory: string): Promise<Readonly<Record<string, string>>> {
  const files = await readdir(directory);
  const texts = files.map(async (name) => [name, await readFile(join(directory, name), "utf8")]);
  return Object.fromEntries(await Promise.all(texts)) as Record<string, string>;
}

it("makes every file that the secure stack mounts, and certificates that hold", async () => {
  await using work = await createWorkDirectory("secrets");
  const directory = join(work.path, "made here");
  await runProcess({ command: "bash", args: [script, directory] });
  const files = await readAll(directory);
  const { secrets = {} } = await mergeStack(["monitoring", "secure"]);
  for (const { file } of Object.values(secrets)) {
    expect(Object.keys(files)).toContain(file.split("/").at(-1));
  }
  const authority = new X509Certificate(files["ca.crt"] ?? "");
  expect(authority.ca).toBe(true);
  for (const name of ["kafka", "minio"]) {
    const certificate = new X509Certificate(files[`${name}.crt`] ?? "");
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.subjectAltName).toBe(`DNS:${name}, DNS:localhost, IP Address:127.0.0.1`);
  }
  await runProcess({
    command: "openssl",
    args: ["verify", "-purpose", "sslserver", "-CAfile", "ca.crt", "kafka.crt", "minio.crt"].map(
      (word) => (word.endsWith(".crt") ? join(directory, word) : word),
    ),
  });
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  expect((await stat(join(directory, "ca.key"))).mode & 0o777).toBe(0o600);
  expect((await stat(join(directory, "kafka.key"))).mode & 0o777).toBe(0o600);
});

it("keeps what is there, and makes others elsewhere", async () => {
  await using work = await createWorkDirectory("secrets");
  const [first, second] = [join(work.path, "first"), join(work.path, "second")];
  await runProcess({ command: "bash", args: [script, first] });
  const before = await readAll(first);
  await runProcess({ command: "bash", args: [script, first] });
  expect(await readAll(first)).toEqual(before);
  await runProcess({ command: "bash", args: [script, second] });
  const other = await readAll(second);
  const secret = ["ca.key", "kafka-password", "store-password", "ui-token", "grafana-password"];
  expect(secret.filter((name) => other[name] === before[name])).toEqual([]);
});
