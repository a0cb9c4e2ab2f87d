import type { KafkaSource } from "@salon/kafka-io";
import { isSealAwaited, wakeAtMs } from "../engine/advance.ts";
import type { EngineEffect, EngineReport } from "../engine/engine-effect.ts";
import type { EngineEvent } from "../engine/engine-event.ts";
import { initialEngineState } from "../engine/engine-state.ts";
import type { EngineSettings, EngineState } from "../engine/engine-state.ts";
import { reduce } from "../engine/reduce.ts";
import type { SourceIdentity } from "../protocol/source-identity.ts";
import { CommitRunner } from "./commit-runner.ts";
import type { CommitTarget } from "./commit-target.ts";
import { FirstUnit } from "./first-unit.ts";
import { isRetryable, retryWhileUnavailable } from "./retry.ts";
import { isOverInTime, sleep, withJitter } from "./sink-clock.ts";
import type { SinkClock } from "./sink-clock.ts";
import { observedChunk } from "./sink-observation.ts";
import type { SinkObserver } from "./sink-observation.ts";
import { sinkStatus } from "./sink-status.ts";
import type { SinkStatus } from "./sink-status.ts";
import { SourceHandler } from "./source-handler.ts";
import type { UnitStore } from "./unit-store.ts";
import { WakeTimer } from "./wake-timer.ts";

/** What the loop acts on. */
export interface SinkLoopParts {
  readonly source: KafkaSource;
  readonly target: CommitTarget;
  readonly units: UnitStore;
  readonly onReport: (report: EngineReport, state: EngineState) => void;
  readonly onTrouble: (error: Error) => void;
  readonly observe: SinkObserver;
  readonly clock: SinkClock;
  /**
   * How long a revocation waits for the commit of what was read, and the end for what is under way.
   */
  readonly revokeTimeoutMs: number;
  /** After how long without progress the member counts as hung. */
  readonly hungAfterMs: number;
}

/** Runs the engine: feeds it what happens, and does what it wants done. */
export class SinkLoop {
  readonly #parts: SinkLoopParts;
  readonly #ended = Promise.withResolvers<void>();
  readonly #abort = new AbortController();
  readonly #handler: SourceHandler;
  readonly #commits: CommitRunner;
  readonly #firstUnit = new FirstUnit();
  #state: EngineState;
  readonly #timer: WakeTimer;
  /** Effects that have not ended; without any the loop is idle, and cannot hang. */
  readonly #effects = new Set<Promise<void>>();
  #lastProgressMs: number;

  constructor(settings: EngineSettings, identity: SourceIdentity, parts: SinkLoopParts) {
    this.#parts = parts;
    this.#lastProgressMs = parts.clock.nowMs();
    this.#state = initialEngineState(settings, identity, this.#lastProgressMs);
    const { clock, onTrouble, revokeTimeoutMs, target, units, observe } = parts;
    this.#timer = new WakeTimer(clock, () => this.tell({ kind: "time-passed" }));
    this.#handler = new SourceHandler({
      tell: (event) => {
        if (event.kind === "assigned") observe(event);
        this.tell(event);
      },
      isAlive: () => this.#isAlive(),
      onTrouble,
      clock,
      revokeTimeoutMs,
    });
    this.#commits = new CommitRunner({
      target,
      units,
      clock,
      observe,
      state: () => this.#state,
      wait: (afterMs) => this.#wait(afterMs),
      tell: (event) => this.tell(event),
    });
  }

  /** How the sink is at the moment. */
  get status(): SinkStatus {
    const { source, clock } = this.#parts;
    const progress = source.progress();
    const isAlive = this.#isAlive();
    return sinkStatus(this.#state, { progress, isAlive, nowMs: clock.nowMs() });
  }

  /** Runs until the engine ends; throws its error, if it ended with one. */
  async run(): Promise<void> {
    const { source, clock, revokeTimeoutMs } = this.#parts;
    try {
      this.tell({ kind: "started" });
      const started = source.start(this.#handler);
      // The engine's end comes first where the source cannot even start.
      started.catch((error: unknown) => this.#fail(error));
      await this.#ended.promise;
    } finally {
      this.#abort.abort();
      this.#timer.set(Number.POSITIVE_INFINITY);
      this.#firstUnit.end();
      this.#handler.end();
      // What hangs must not keep the member in its group; its unit's files are left alone then.
      const isQuiet = await isOverInTime(clock, Promise.all(this.#effects), revokeTimeoutMs);
      await source.stop();
      if (isQuiet) await this.#parts.units.dropAll();
    }
  }

  /** Ends in order: what was read is committed. */
  stop(): void {
    this.tell({ kind: "stop-requested" });
  }

  tell(event: EngineEvent): void {
    const nowMs = this.#parts.clock.nowMs();
    // The passing of time is no progress: it goes on where an effect hangs.
    if (event.kind !== "time-passed") this.#lastProgressMs = nowMs;
    const { state, effects } = reduce(this.#state, event, nowMs);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    const { phase } = state;
    const isOver = phase === "stopped" || phase === "failed";
    this.#timer.set(isOver ? Number.POSITIVE_INFINITY : wakeAtMs(state));
  }

  #perform(effect: EngineEffect): void {
    const done = this.#do(effect);
    if (done === undefined) return;
    const ended = done
      .catch((error: unknown) => this.#fail(error))
      .finally(() => this.#effects.delete(ended));
    this.#effects.add(ended);
  }

  #do(effect: EngineEffect): Promise<void> | undefined {
    const { source, target, units } = this.#parts;
    switch (effect.kind) {
      case "read-table":
        return this.#answer(
          () => target.readView(),
          (view) => ({ kind: "table-read", view }),
        );
      case "read-log-ranges":
        return this.#answer(
          () => source.listOffsets(effect.partitions, this.#abort.signal),
          (ranges) => ({ kind: "log-ranges-read", purpose: effect.purpose, ranges }),
        );
      case "count-partitions":
        return this.#answer(
          () => source.describeTopic(this.#abort.signal),
          (topic) => ({
            kind: "partitions-counted",
            count: topic?.partitionCount ?? 0,
            topicId: topic?.topicId,
          }),
        );
      case "apply-dead-letters":
        return this.#answer(
          () => target.applyDeadLetters(effect.pending, effect.applied),
          (through) => ({ kind: "dead-letters-applied", through }),
        );
      case "remove-undone-dead-letters":
        return this.#answer(
          () => target.removeUndoneDeadLetters(effect.record),
          (through) => ({ kind: "dead-letters-applied", through }),
        );
      case "begin-reading":
        this.#handler.begin(effect.offsets);
        return undefined;
      case "release-partitions":
        this.#handler.release();
        return undefined;
      case "seek":
        if (effect.afterMs > 0) return this.#seekLater(effect);
        this.#seek(effect.partition, effect.offset);
        return undefined;
      case "pause":
        source.pause(effect.partitions);
        return undefined;
      case "resume":
        source.resume(effect.partitions);
        return undefined;
      case "write-chunk":
        return this.#writeChunk(effect.chunkId, effect.unitId);
      case "discard-chunk":
        this.#handler.letGo(effect.chunkId);
        return undefined;
      case "seal-unit":
        return this.#sealUnit(effect.unitId);
      case "drop-unit":
        return units.drop(effect.unitId, effect.keepFiles);
      case "attempt-commit":
        return this.#attempt(effect);
      case "settle-commit":
        return this.#commits.settle(effect.commitId, effect.afterMs);
      case "mirror-offsets":
        return source.commitOffsets(effect.offsets).catch(this.#parts.onTrouble);
      case "report":
        this.#parts.onReport(effect.report, this.#state);
        return undefined;
      case "finish":
        if (effect.error === undefined) this.#ended.resolve();
        else this.#ended.reject(effect.error);
        return undefined;
      default:
        return effect satisfies never;
    }
  }

  /** Calls until it succeeds and tells the engine what came of it. */
  async #answer<T>(call: () => Promise<T>, event: (value: T) => EngineEvent): Promise<void> {
    const { clock } = this.#parts;
    const value = await retryWhileUnavailable(call, {
      clock,
      signal: this.#abort.signal,
      onRetry: (error) => {
        this.#lastProgressMs = clock.nowMs();
        this.#parts.onTrouble(error);
      },
    });
    this.tell(event(value));
  }

  async #seekLater(effect: Extract<EngineEffect, { kind: "seek" }>): Promise<void> {
    const { partition, offset, afterMs } = effect;
    await this.#wait(afterMs);
    // Another assignment or seek may have come in the meantime.
    if (this.#state.partitions.get(partition)?.next === offset) this.#seek(partition, offset);
  }

  #seek(partition: number, offset: number): void {
    this.#handler.sought(partition, this.#parts.source.seek(partition, offset));
  }

  async #writeChunk(chunkId: number, unitId: number): Promise<void> {
    const chunk = this.#handler.chunk(chunkId);
    const { partition, requestedOffset: start, nextOffset: end } = chunk;
    const observed = observedChunk(chunk);
    await this.#firstUnit.underWay;
    try {
      const writing = this.#parts.units.write(unitId, chunk);
      void this.#readAhead(chunkId);
      const written = await writing;
      this.tell({ kind: "chunk-written", unitId, partition, start, end, ...written });
      this.#parts.observe({ kind: "chunk-written", ...observed });
    } catch (error) {
      this.#tellUnitFailed(unitId, error);
    } finally {
      this.#handler.letGo(chunkId);
    }
  }

  /** Asks for the next chunk while one is being written, if that may be part of the same unit. */
  async #readAhead(chunkId: number): Promise<void> {
    const room = this.#parts.units.room();
    if (room === undefined) return;
    await room;
    if (!isSealAwaited(this.#state)) this.#handler.letGo(chunkId);
  }

  async #sealUnit(unitId: number): Promise<void> {
    this.#firstUnit.begin();
    try {
      const deadLetters = await this.#parts.units.seal(unitId);
      this.tell({ kind: "unit-sealed", unitId, deadLetters });
    } catch (error) {
      this.#firstUnit.end();
      this.#tellUnitFailed(unitId, error);
    }
  }

  async #attempt(effect: Extract<EngineEffect, { kind: "attempt-commit" }>): Promise<void> {
    await this.#commits.attempt(effect);
    if (effect.unitId !== undefined) this.#firstUnit.end();
  }

  #tellUnitFailed(unitId: number, error: unknown): void {
    if (!isRetryable(error)) throw error;
    this.#parts.onTrouble(error);
    this.tell({ kind: "unit-failed", unitId, reason: error.message });
  }

  async #wait(afterMs: number): Promise<void> {
    const { clock } = this.#parts;
    if (afterMs > 0) await sleep(clock, withJitter(clock, afterMs), this.#abort.signal);
  }

  /** A member with nothing to do is alive; one whose work does not end is not. */
  #isAlive(): boolean {
    const { clock, hungAfterMs } = this.#parts;
    return this.#effects.size === 0 || clock.nowMs() - this.#lastProgressMs < hungAfterMs;
  }

  /** Whatever the error: an engine that did not know of it would go on sending. */
  #fail(error: unknown): void {
    if (this.#abort.signal.aborted) return;
    this.tell({ kind: "failed", error: error instanceof Error ? error : new Error(String(error)) });
  }
}
