import type { KafkaSource } from "../../src/index.ts";
import type { SourceOptions, SourceSubject } from "./describe-kafka-source.ts";
import { RecordingHandler } from "./recording-handler.ts";

/** A member of a group, and what it was told. */
export interface JoinedMember extends AsyncDisposable {
  readonly source: KafkaSource;
  readonly handler: RecordingHandler;
}

/** Joins the group that is named after its topic. */
export async function joinGroup(
  open: SourceSubject["open"],
  topic: string,
  options: Omit<SourceOptions, "topic"> = {},
): Promise<JoinedMember> {
  const source = await open({ topic, groupId: topic, ...options });
  const handler = new RecordingHandler();
  await source.start(handler);
  return { source, handler, [Symbol.asyncDispose]: () => source.stop() };
}

/** All partitions that the members have, in order. */
export function shares(...members: JoinedMember[]): number[] {
  return members.flatMap(({ handler }) => [...handler.assigned]).sort((a, b) => a - b);
}
