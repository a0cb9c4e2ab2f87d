import { openKafkaSource } from "../../src/index.ts";
import { driverNamed } from "./drivers.ts";

/**
 * A member of the group named after its topic, in a process of its own, to be killed. Prints
 * `assigned <count>` when it has partitions: `<driver> <servers> <topic> <session ms>`.
 */
const [driver, servers = "", topic = "", sessionTimeoutMs = ""] = process.argv.slice(2);
const source = await openKafkaSource({
  driver: driverNamed(driver),
  bootstrapServers: [servers],
  topic,
  groupId: topic,
  sessionTimeoutMs: Number(sessionTimeoutMs),
});
await source.start({
  async onAssigned(partitions) {
    console.log(`assigned ${partitions.length}`);
    return new Map(partitions.map((partition) => [partition, 0]));
  },
  onRevoked: async () => undefined,
  onChunk: async () => undefined,
  onOutOfRange: async () => undefined,
  onTrouble: () => undefined,
  isAlive: () => true,
});
