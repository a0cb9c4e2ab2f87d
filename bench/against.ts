import { benchArguments } from "./bench-arguments.ts";
import { drainTopic } from "./drain.ts";
import type { Drain } from "./drain.ts";
import { count, describeMachine, medianBy } from "./measured.ts";
import { pairedRatio } from "./rounds.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";
import { loadTopic } from "./topics.ts";

/** A peer that puts all of a topic into a new table, in one process on the measured core. */
export interface DrainingPeer {
  readonly name: string;
  drain(
    stage: Stage,
    backlog: { readonly topic: string; readonly rowCount: number },
  ): Promise<Drain>;
}

/**
 * Drains a backlog by `salon-consume` and by a peer on the same core, topic and kind of table, in
 * turn, and prints how they compare.
 */
export async function drainAgainst(peer: DrainingPeer): Promise<void> {
  const { rows: rowCount, seed, runs } = benchArguments({ rows: 5_000_000 });
  await using stage = await openStage();
  const topic = await loadTopic(stage, { rowCount, seed, spread: "even" });
  const flags = ["--timestamp-type=timestamp"];
  const theirs: Drain[] = [];
  const own: Drain[] = [];
  console.log(
    `${describeMachine()}; ${count(rowCount)} rows, seed ${seed}, median of ${runs} runs`,
  );
  for (let run = 0; run < runs; run++) {
    theirs.push(await peer.drain(stage, { topic, rowCount }));
    own.push(await drainTopic(stage, { topic, rowCount, flags }));
  }
  for (const [name, drains] of [
    [peer.name, theirs],
    ["salon", own],
  ] as const) {
    const { steady, wholeSeconds, wholeCpuSeconds, peakMib } = medianBy(
      drains,
      (drain) => drain.steady.rowsPerSecond,
    );
    console.log(
      `${name}: ${count(steady.rowsPerSecond)} rows/s and ` +
        `${steady.cpuSecondsPerMillion.toFixed(2)} CPU-s per million rows steady, ` +
        `${count(rowCount / wholeSeconds)} rows/s and ` +
        `${((wholeCpuSeconds / rowCount) * 1e6).toFixed(2)} CPU-s from its start on, ${peakMib} MiB`,
    );
  }
  const speed = pairedRatio(own, theirs, ({ steady }) => steady.rowsPerSecond);
  const wholeSpeed = pairedRatio(theirs, own, ({ wholeSeconds }) => wholeSeconds);
  const cost = pairedRatio(theirs, own, ({ steady }) => steady.cpuSecondsPerMillion);
  const wholeCost = pairedRatio(theirs, own, ({ wholeCpuSeconds }) => wholeCpuSeconds);
  console.log(
    `${speed.toFixed(1)} times ${peer.name}'s rows/s steady, ` +
      `${wholeSpeed.toFixed(1)} times from the start on; ` +
      `1/${cost.toFixed(1)} of its CPU-s per million rows steady, ` +
      `1/${wholeCost.toFixed(1)} from the start on`,
  );
}
