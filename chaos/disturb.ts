import { setTimeout as sleep } from "node:timers/promises";
import { meetCommit } from "./gate.ts";
import type { Member } from "./member.ts";
import type { Disturbance } from "./plan.ts";
import { MAIN_TABLE } from "./stage.ts";
import type { Stage } from "./stage.ts";

const LANDS_AFTER_MS = 3_000;
const STORE_PAUSE_MS = 3_000;
/** Beyond a broker's session with the controllers: its partitions have other leaders. */
const BROKER_AWAY_MS = 8_000;
const CHURN_TIMES = 5;
const CHURN_MS = 1_000;

/** Lets a disturbance happen; resolves when it is over. */
export async function disturb(kind: Disturbance, stage: Stage, member: Member): Promise<void> {
  switch (kind) {
    case "answer-lost":
      return meetCommit(member, { kind: "drop-response" });
    case "commit-late":
      return meetCommit(member, { kind: "land-late", until: LANDS_AFTER_MS, status: 504 });
    case "store-pause":
      stage.s3.suspend();
      try {
        await sleep(STORE_PAUSE_MS);
      } finally {
        stage.s3.resume();
      }
      return;
    case "broker-restart":
      await stage.kafka.restart();
      return;
    case "broker-killed": {
      const { brokers } = stage.kafka;
      const broker = brokers[member.index % brokers.length];
      await broker?.kill();
      await sleep(BROKER_AWAY_MS);
      await broker?.start();
      return;
    }
    case "partition-added":
      await stage.addPartition();
      return;
    case "churn":
      for (let time = 0; time < CHURN_TIMES; time++) {
        await member.leave();
        await member.start();
        await sleep(CHURN_MS);
      }
      return;
    case "compaction":
      await callInSpark(stage, "rewrite_data_files", "options => map('rewrite-all', 'true')");
      return;
    case "expiry":
      await callInSpark(
        stage,
        "expire_snapshots",
        "older_than => TIMESTAMP '2100-01-01 00:00:00', retain_last => 1",
      );
      return;
    default:
      kind satisfies never;
  }
}

async function callInSpark(stage: Stage, procedure: string, options: string): Promise<void> {
  const table = stage.tableName(MAIN_TABLE);
  const spark = await stage.spark();
  await spark.sql(`CALL chaos.system.${procedure}(table => '${table}', ${options})`, {
    chaos: stage.reference,
  });
}
