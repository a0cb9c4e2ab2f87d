import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startDevBroker } from "@salon/dev-broker";
import { openCatalog } from "@salon/iceberg-writer";
import { openKafkaSink } from "@salon/kafka-io";
import { listDeadLetters } from "@salon/sink";
import { createWorkDirectory, startNodeProgram } from "@salon/testkit";
import { expect, it } from "vitest";

const ENTRY = new URL("../src/main.ts", import.meta.url);
const TIMESTAMP_MS = 1_736_937_000_000;

function rating(value: number, comment: string): Buffer {
  return Buffer.from(
    JSON.stringify({ rating_value: value, comment, timestamp: "2025-01-15T10:30:00" }),
  );
}

it("salon-consume --rules keeps aside what a file of rules rejects, and counts warnings", async () => {
  await using broker = await startDevBroker();
  await using directory = await createWorkDirectory("quality-rules");
  const topic = "ratings";
  await using sink = await openKafkaSink({ bootstrapServers: [broker.bootstrapServers], topic });
  await sink.ensureTopic(1);
  const values = [rating(4, "ok"), rating(9, "ok"), rating(5, "too long"), rating(0.5, "")];
  await sink.send(values.map((value) => ({ value, partition: 0, timestampMs: TIMESTAMP_MS })));
  const path = join(directory.path, "rules.json");
  const rules = [
    { name: "stars", field: "rating_value", check: { kind: "range", min: 1, max: 5 } },
    { name: "short", field: "comment", severity: "warn", check: { kind: "length", max: 3 } },
  ];
  await writeFile(path, JSON.stringify({ rules }));
  const warehouse = join(directory.path, "warehouse");
  const args = [
    `--bootstrap-servers=${broker.bootstrapServers}`,
    `--topic=${topic}`,
    `--warehouse=${warehouse}`,
    "--table=t",
    "--dead-letters=table:rejects",
    "--starting-offsets=earliest",
    "--trigger=available-now",
    `--rules=${path}`,
    "--log-format=json",
  ];
  await using program = await startNodeProgram({ name: "salon-consume", entry: ENTRY, args });
  const { code } = await program.exit;
  expect({ code, stderr: program.stderr() }).toMatchObject({ code: 0 });
  expect(program.stderr()).toContain('"quality":{"short":1,"stars":2}');

  await using catalog = await openCatalog({ type: "hadoop", warehouse });
  const listed = await listDeadLetters({
    catalog,
    identifier: { namespace: [], name: "t" },
    samplesMax: 0,
  });
  expect(listed.groups).toMatchObject([{ cause: "rule:stars", field: "rating_value", count: 2 }]);
  const rejects = await catalog.loadTable({ namespace: [], name: "rejects" });
  expect(rejects.metadata.snapshots.at(-1)?.summary["total-records"]).toBe("2");
});
