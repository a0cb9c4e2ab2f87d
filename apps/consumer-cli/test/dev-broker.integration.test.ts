import { createWorkDirectory } from "@salon/testkit";
import { type DevBroker, startDevBroker } from "@salon/dev-broker";
import { afterAll, beforeAll } from "vitest";
import { describeBrokerCircumstances } from "./kit/describe-broker-circumstances.ts";
import { describeFaults } from "./kit/describe-faults.ts";
import { describeMainJob } from "./kit/describe-main-job.ts";

let shared: DevBroker | undefined;
beforeAll(async () => {
  shared = await startDevBroker();
});
afterAll(() => shared?.[Symbol.asyncDispose]());

const name = "dev_broker";
const broker = (): { readonly bootstrapServers: string } => ({
  bootstrapServers: shared?.bootstrapServers ?? "",
});

describeMainJob({ name, broker, hasTransactions: false, count: 20_000, engines: ["pyiceberg"] });
describeFaults({ name, broker, hasTransactions: false });
describeBrokerCircumstances({ name, broker, startOwn: startOnDirectory });

/** A broker that comes back at its port with what is in its directory. */
async function startOnDirectory(): ReturnType<
  Parameters<typeof describeBrokerCircumstances>[0]["startOwn"]
> {
  const directory = await createWorkDirectory("dev-broker");
  let running = await startDevBroker({ directory: directory.path });
  const { bootstrapServers } = running;
  const port = Number(bootstrapServers.split(":")[1]);
  return {
    bootstrapServers,
    async kill() {
      await running[Symbol.asyncDispose]();
    },
    async restart() {
      running = await startDevBroker({ directory: directory.path, port });
    },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}
