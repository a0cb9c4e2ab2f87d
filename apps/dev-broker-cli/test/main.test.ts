import { createWorkDirectory, type ManagedProcess, startNodeProgram } from "@salon/testkit";
import { describe, expect, it } from "vitest";

const ENTRY = new URL("../src/main.ts", import.meta.url);

function startBroker(...args: string[]): Promise<ManagedProcess> {
  return startNodeProgram({ name: "salon-dev-broker", entry: ENTRY, args });
}

/** Where it says that it listens. */
async function addressOf(broker: ManagedProcess): Promise<string> {
  const line = await broker.waitForLine(/listening on/);
  return (JSON.parse(line) as { readonly bootstrapServers: string }).bootstrapServers;
}

describe("salon-dev-broker", () => {
  it("runs until a signal, and keeps its cluster in its directory", async () => {
    await using directory = await createWorkDirectory("dev-broker");
    const clusterIds: unknown[] = [];
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      await using broker = await startBroker("--port=0", `--directory=${directory.path}`);
      const line = await broker.waitForLine(/listening on/);
      clusterIds.push((JSON.parse(line) as { readonly clusterId: string }).clusterId);
      broker.signal(signal);
      expect(await broker.exit).toEqual({ code: 0 });
    }
    expect(new Set(clusterIds).size).toBe(1);
  });

  it("says in a sentence that its port is taken, or its directory", async () => {
    await using directory = await createWorkDirectory("dev-broker");
    const flag = `--directory=${directory.path}`;
    await using first = await startBroker("--port=0", flag);
    const [, port] = (await addressOf(first)).split(":");
    await using second = await startBroker(`--port=${port}`);
    expect(await second.exit).toEqual({ code: 3 });
    expect(second.stderr()).toContain(`cannot listen on 127.0.0.1:${port}`);
    await using third = await startBroker("--port=0", flag);
    expect(await third.exit).toEqual({ code: 4 });
    expect(third.stderr()).toContain("has it open");
  });
});
