import { openKafkajsSink, openKafkajsSource } from "../../src/index.ts";

/**
 * Writes a record, reads it in a group and stops; nothing then keeps the process: `<servers>
 * <topic>`.
 */
const [servers = "", topic = ""] = process.argv.slice(2);
const bootstrapServers = [servers];
const sink = await openKafkajsSink({ bootstrapServers, topic });
await sink.ensureTopic(1);
await sink.send([{ value: Buffer.from("only") }]);
await sink[Symbol.asyncDispose]();

const source = await openKafkajsSource({ bootstrapServers, topic, groupId: topic });
const read = Promise.withResolvers<void>();
await source.start({
  onAssigned: async (partitions) => new Map(partitions.map((partition) => [partition, 0])),
  onRevoked: async () => undefined,
  onChunk: async () => read.resolve(),
  onOutOfRange: async () => undefined,
  onTrouble: () => undefined,
  isAlive: () => true,
});
await read.promise;
await source.stop();
console.log("stopped");
