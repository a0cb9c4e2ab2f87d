import type { EngineEffect } from "../engine/engine-effect.ts";
import type { AttemptResult, EngineEvent } from "../engine/engine-event.ts";
import type { EngineState } from "../engine/engine-state.ts";
import type { CommitTarget } from "./commit-target.ts";
import type { SinkClock } from "./sink-clock.ts";
import type { SinkObserver } from "./sink-observation.ts";
import type { UnitStore } from "./unit-store.ts";

/** What commits are run with. */
export interface CommitRunnerParts {
  readonly target: CommitTarget;
  readonly units: UnitStore;
  readonly clock: SinkClock;
  readonly observe: SinkObserver;
  readonly state: () => EngineState;
  readonly wait: (afterMs: number) => Promise<void>;
  readonly tell: (event: EngineEvent) => void;
}

type SettledResult = Extract<EngineEvent, { kind: "commit-settled" }>["result"];

/** Does what the engine wants of its one commit, and tells observers what it took. */
export class CommitRunner {
  readonly #parts: CommitRunnerParts;
  /** When the commit under way was first tried. */
  #begun: { readonly commitId: number; readonly atMs: number } | undefined;

  constructor(parts: CommitRunnerParts) {
    this.#parts = parts;
  }

  async attempt(effect: Extract<EngineEffect, { kind: "attempt-commit" }>): Promise<void> {
    const { units, target, state, wait, tell, clock } = this.#parts;
    const { commitId, plan, unitId } = effect;
    if (this.#begun?.commitId !== commitId) this.#begun = { commitId, atMs: clock.nowMs() };
    await wait(effect.afterMs);
    const unit = unitId === undefined ? undefined : units.staged(unitId);
    const { identity, appliedThrough, proved } = state();
    const context = { identity, appliedThrough, proved };
    const startMs = clock.nowMs();
    const result = await target.attempt(commitId, { plan, unit, context });
    this.#observe("attempt", result, clock.nowMs() - startMs);
    tell({ kind: "attempt-finished", commitId, result });
  }

  async settle(commitId: number, afterMs: number): Promise<void> {
    const { target, wait, tell, clock } = this.#parts;
    await wait(afterMs);
    const startMs = clock.nowMs();
    const result = await target.settle(commitId);
    this.#observe("settle", result, clock.nowMs() - startMs);
    tell({ kind: "commit-settled", commitId, result });
  }

  /** Also lets go of a unit that is committed. */
  #observe(
    step: "attempt" | "settle",
    result: AttemptResult | SettledResult,
    durationMs: number,
  ): void {
    const { units, observe, state, clock } = this.#parts;
    const reason = "reason" in result ? result.reason : undefined;
    observe({ kind: "commit-tried", step, outcome: result.kind, durationMs, reason });
    const { commit } = state();
    if (result.kind !== "committed" || commit === undefined) return;
    const { plan, unitId } = commit;
    observe({
      kind: "committed",
      snapshotId: result.snapshotId,
      plan: plan.kind,
      stretches: plan.kind === "unit" ? plan.stretches : new Map(),
      unit: unitId === undefined ? undefined : units.release(unitId),
      commitMs: clock.nowMs() - (this.#begun?.atMs ?? clock.nowMs()),
    });
  }
}
