import type { SinkStatus } from "./sink-event.ts";
import type { SinkView } from "./sink-view.ts";
import { sinkState } from "./state-word.ts";
import type { SinkState } from "./state-word.ts";

/** An answer to a probe: whether it is passed, and the state that it was given in. */
export interface ProbeResult extends SinkState {
  readonly isPassed: boolean;
}

/** Alive: it need not be started anew. Trouble of others is none of its own. */
export function checkHealth(
  view: SinkView,
  status: SinkStatus | undefined,
  nowMs: number,
): ProbeResult {
  const isHung = status?.isAlive === false;
  const hasFailed = view.ended?.error !== undefined;
  return { isPassed: !isHung && !hasFailed, ...sinkState(view, status, nowMs) };
}

/** Ready: it has its position, and its partitions, or knows that there are none for it. */
export function checkReadiness(
  view: SinkView,
  status: SinkStatus | undefined,
  nowMs: number,
): ProbeResult {
  const isPassed =
    view.ended === undefined && status?.phase === "running" && status.isAssigned && status.isAlive;
  return { isPassed, ...sinkState(view, status, nowMs) };
}
