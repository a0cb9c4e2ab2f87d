import { chmod, mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createWorkDirectory, runProcess } from "@salon/testkit";
import { expect, it } from "vitest";
import { describeFailure } from "../src/failure.ts";
import { readSecretFile, readTextFile } from "../src/text-file.ts";

it("gives the text, and a secret without the line break at its end", async () => {
  await using directory = await createWorkDirectory("text-file");
  const path = join(directory.path, "secret");
  await writeFile(path, "\uFEFF päss word \r\n");
  expect(await readTextFile("--a", path)).toBe(" päss word \r\n");
  expect(await readSecretFile("--a", path)).toBe(" päss word ");
  expect(await readTextFile("--a", undefined)).toBeUndefined();
});

/** Runs a shell command in which `"${read[@]}" <path>` prints what is read, or the error. */
function shell(command: string, path = ""): Promise<string> {
  const module = JSON.stringify(join(import.meta.dirname, "../src/text-file.ts"));
  const script = `import { readSecretFile } from ${module};
    // Root may read everything.
    if (process.argv[2] === "as anyone" && process.getuid() === 0) process.seteuid(65534);
    await readSecretFile("--a", process.argv[1]).then(console.log, (e) => console.log(e.message));`;
  const read = `read=("$0" --conditions=@salon/source --input-type=module -e "$1")`;
  return runProcess({
    command: "bash",
    args: ["-c", `${read}; ${command}`, process.execPath, script, path],
    env: { NODE_OPTIONS: undefined },
  });
}

it("reads a pipe, as shells name one", async () => {
  expect(await shell(`"\${read[@]}" <(sleep 0.1; echo s3cret)`)).toBe("s3cret\n");
});

it("refuses a file that this user may not read", async () => {
  await using directory = await createWorkDirectory("text-file");
  const path = join(directory.path, "file");
  await writeFile(path, "secret");
  await chmod(path, 0o000);
  const message = `cannot read the file of --a, ${path}: this user may not read it\n`;
  expect(await shell(`"\${read[@]}" "$2" "as anyone"`, path)).toBe(message);
});

const MIB = 2 ** 20;

it.each<[string, (path: string) => Promise<unknown>, string]>([
  ["is not there", async () => undefined, "there is no such file"],
  ["is a directory", (path) => mkdir(path), "it is a directory"],
  ["is empty", (path) => writeFile(path, ""), "it is empty"],
  ["has a line break alone", (path) => writeFile(path, "\n"), "it is empty"],
  ["is no text", (path) => writeFile(path, Uint8Array.of(0x30, 0x82, 0xff)), "it is no UTF-8 text"],
  [
    "is too large",
    (path) => writeFile(path, "").then(() => truncate(path, 16 * MIB + 1)),
    "it has more than 16777216 bytes",
  ],
])("refuses a file that %s, as a wrong command line", async (_, make, reason) => {
  await using directory = await createWorkDirectory("text-file");
  const path = join(directory.path, "file");
  await make(path);
  const error = await readTextFile("--rules", path).catch((thrown: unknown) => thrown);
  expect(describeFailure(error)).toEqual({
    exitCode: 2,
    code: "FILE_UNREADABLE",
    sentence: `cannot read the file of --rules, ${path}: ${reason}`,
  });
});

it("reads no more than it may of what has no end", async () => {
  await expect(readTextFile("--rules", "/dev/zero")).rejects.toThrow("more than 16777216 bytes");
});
