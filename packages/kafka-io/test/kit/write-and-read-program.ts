import { openKafkaSink, openKafkaSource } from "../../src/index.ts";
import { driverNamed } from "./drivers.ts";

/**
 * Writes a record, reads it in a group and stops; nothing then keeps the process: `<driver>
 * <servers> <topic>`.
 */
const [driverName, servers = "", topic = ""] = process.argv.slice(2);
const driver = driverNamed(driverName);
const bootstrapServers = [servers];
const sink = await openKafkaSink({ driver, bootstrapServers, topic });
await sink.ensureTopic(1);
await sink.send([{ value: Buffer.from("only") }]);
await sink[Symbol.asyncDispose]();

const source = await openKafkaSource({ driver, bootstrapServers, topic, groupId: topic });
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
