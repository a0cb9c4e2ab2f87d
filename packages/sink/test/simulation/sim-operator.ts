import { IcebergError } from "@salon/iceberg-writer";
import type { Catalog, TableIdentifier } from "@salon/iceberg-writer";
import { recoverPosition } from "../../src/proof/recover-position.ts";
import { SinkError } from "../../src/sink-error.ts";
import { SimGroup } from "./sim-group.ts";
import { SimSource } from "./sim-source.ts";
import type { SimTopic } from "./sim-topic.ts";
import { SimProcess } from "./sim-world.ts";
import type { SimWorld } from "./sim-world.ts";

/** What an operator is told who recovers a position while the table is in use. */
const REFUSALS: ReadonlySet<string> = new Set([
  "TABLE_IN_USE",
  "TABLE_NOT_FOUND",
  "POSITION_UNKNOWN",
  "HOLES_UNPROVED",
  "FILE_NOT_FOUND",
]);

/** Somebody who runs `recover-position --force` beside members that are at work, over and over. */
export async function recoverBeside(
  world: SimWorld,
  {
    catalog,
    identifier,
    topic,
    untilMs,
  }: {
    readonly catalog: Catalog;
    readonly identifier: TableIdentifier;
    readonly topic: SimTopic;
    readonly untilMs: number;
  },
): Promise<void> {
  const process = new SimProcess("operator", world);
  const openTopic = (): Promise<SimSource> => {
    const group = new SimGroup(world, topic, () => true);
    return Promise.resolve(new SimSource(topic, group, process, () => undefined));
  };
  while (world.nowMs() < untilMs) {
    await world.sleep(world.between(100, 2_000));
    try {
      const options = { catalog, identifier, topic: topic.name, openTopic, force: true };
      const { snapshotId } = await recoverPosition(options);
      process.log(`recovers the position in ${snapshotId}`);
    } catch (error) {
      const code = error instanceof SinkError || error instanceof IcebergError ? error.code : "";
      const isAway = error instanceof Error && "retryable" in error && error.retryable === true;
      if (!isAway && !REFUSALS.has(code)) throw error;
      process.log(`does not recover the position: ${code}`);
    }
  }
}
