import { openKafkaSink, openKafkaSource } from "../packages/kafka-io/src/index.ts";
import type { OutgoingRecord } from "../packages/kafka-io/src/index.ts";
import { ratingsInNoOrder } from "./ratings-in-no-order.ts";
import { PARTITION_COUNT } from "./stage.ts";
import type { Stage } from "./stage.ts";

/** A topic of ratings of three days, in no order. */
export interface TopicSettings {
  readonly rowCount: number;
  readonly seed: number;
  /** `even`: as many in each partition. `keyed`: by customer, as the producer does it. */
  readonly spread: "even" | "keyed";
}

const SEND_RECORDS = 80_000;
/** The name of a topic with these ratings, loaded unless the stage has it already. */
export async function loadTopic(stage: Stage, settings: TopicSettings): Promise<string> {
  const { rowCount, seed, spread } = settings;
  const topic = `ratings_${spread}_${rowCount}_${seed}`;
  await using sink = await openKafkaSink({ bootstrapServers: [stage.bootstrapServers], topic });
  if ((await sink.ensureTopic(PARTITION_COUNT)) === "exists") {
    const loaded = await countRecords(stage, topic);
    if (loaded === rowCount) return topic;
    throw new Error(`${topic} has ${loaded} records: its loading was broken off`);
  }
  const startMs = performance.now();
  const generator = ratingsInNoOrder(seed);
  for (let done = 0; done < rowCount; done += SEND_RECORDS) {
    const length = Math.min(SEND_RECORDS, rowCount - done);
    const records = Array.from({ length }, (_, index): OutgoingRecord => {
      const { key, value } = generator.next();
      return spread === "keyed" ? { key, value } : { value, partition: index % PARTITION_COUNT };
    });
    await sink.send(records);
  }
  const seconds = (performance.now() - startMs) / 1000;
  console.log(`# ${rowCount} rows into ${topic} in ${seconds.toFixed(0)} s`);
  return topic;
}

async function countRecords(stage: Stage, topic: string): Promise<number> {
  const assign = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition);
  const bootstrapServers = [stage.bootstrapServers];
  await using source = await openKafkaSource({ bootstrapServers, topic, assign });
  const ranges = await source.listOffsets(assign);
  return [...ranges.values()].reduce((sum, range) => sum + range.endOffset - range.startOffset, 0);
}
