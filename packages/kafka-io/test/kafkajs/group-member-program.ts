import { openKafkajsSource } from "../../src/index.ts";

/** A member of a group in a process of its own, to be killed: `<servers> <topic> <session ms>`. */
const [servers = "", topic = "", sessionTimeoutMs = ""] = process.argv.slice(2);
const source = await openKafkajsSource({
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
