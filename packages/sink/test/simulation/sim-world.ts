import type { SinkClock } from "../../src/shell/sink-clock.ts";
import { SimTimers } from "./sim-timers.ts";
import { SimTrace } from "./sim-trace.ts";
import type { TraceText } from "./sim-trace.ts";

const START_OF_DAY_MS = Date.parse("2025-01-15T00:00:00Z");

/** After so many timers the event loop has its turn: nothing waits for it, but it has work too. */
const TIMERS_PER_TURN = 64;

/**
 * Time and chance of one simulated history: time goes on only when nothing else happens, to the
 * next timer; chance is drawn from a seed, so that a history can be had again.
 */
export class SimWorld implements SinkClock {
  readonly trace: SimTrace = new SimTrace();
  /** Of the history. */
  readonly seed: number;
  readonly #timers = new SimTimers();
  #nowMs = 0;
  #seed: number;

  constructor(seed: number) {
    this.seed = seed;
    this.#seed = seed;
  }

  readonly nowMs = (): number => this.#nowMs;

  /** Mulberry32. */
  readonly random = (): number => {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };

  /** A UUID of version 4. */
  readonly uuid = (): string => {
    let uuid = "";
    for (const mark of "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx") {
      uuid += mark === "x" ? this.between(0, 15).toString(16) : mark;
    }
    return uuid;
  };

  readonly startTimer = (callback: () => void, waitMs: number): (() => void) => {
    const timer = this.#timers.set(this.#nowMs + Math.max(0, waitMs), callback);
    return () => {
      timer.isForgotten = true;
    };
  };

  /** A whole number from `min` to `max`. */
  between(min: number, max: number): number {
    return min + Math.floor(this.random() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  sleep(waitMs: number): Promise<void> {
    return new Promise((resolve) => this.startTimer(resolve, waitMs));
  }

  log(text: TraceText): void {
    this.trace.add(this.#nowMs, text);
  }

  /**
   * Lets the history go on until it is over; false where it is not by `limitMs`, or never will be.
   */
  async runUntil(isOver: () => boolean, limitMs: number): Promise<boolean> {
    for (let rung = 0; ; rung++) {
      // Both come when no promise is left to go on; ticks cost a small part of what turns do.
      await new Promise<void>((resolve) => {
        if (rung % TIMERS_PER_TURN === 0) setImmediate(resolve);
        else process.nextTick(resolve);
      });
      if (isOver()) return true;
      const next = this.#timers.peek();
      if (next === undefined || next.atMs > limitMs) return false;
      this.#timers.take();
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
    }
  }
}

/**
 * A process: once it is dead nothing of it goes on, and nobody hears of it; while it is frozen, as
 * by SIGSTOP, what it waits for comes when it goes on.
 */
export class SimProcess implements SinkClock {
  readonly name: string;
  readonly world: SimWorld;
  isDead = false;
  /** Of its time of day, which others set now and then. */
  skewMs = 0;
  #frozenUntilMs = 0;

  constructor(name: string, world: SimWorld) {
    this.name = name;
    this.world = world;
  }

  readonly nowMs = (): number => this.world.nowMs();
  readonly random = (): number => this.world.random();
  readonly startTimer = (callback: () => void, waitMs: number): (() => void) => {
    let isForgotten = false;
    const ring = (): void => {
      if (this.isDead || isForgotten) return;
      const frozenMs = this.#frozenUntilMs - this.world.nowMs();
      if (frozenMs > 0) this.world.startTimer(ring, frozenMs);
      else callback();
    };
    const forget = this.world.startTimer(ring, waitMs);
    return () => {
      isForgotten = true;
      forget();
    };
  };

  /** The time of day, in milliseconds since 1970. */
  readonly timeOfDay = (): number => START_OF_DAY_MS + Math.floor(this.world.nowMs()) + this.skewMs;

  /** Stands still for a while. */
  freeze(forMs: number): void {
    this.#frozenUntilMs = this.world.nowMs() + forMs;
  }

  /** Stands still for some seconds. */
  standStill(): void {
    const forMs = this.world.between(1_000, 8_000);
    this.log(`stands still for ${forMs} ms`);
    this.freeze(forMs);
  }

  log(text: string): void {
    this.world.log(`${this.name} ${text}`);
  }

  /** Takes a while; never comes back to a process that is dead. */
  async pass(maxMs: number): Promise<void> {
    if (!this.isDead) await this.world.sleep(this.world.between(0, maxMs));
    while (!this.isDead && this.#frozenUntilMs > this.world.nowMs()) {
      await this.world.sleep(this.#frozenUntilMs - this.world.nowMs());
    }
    if (this.isDead) await new Promise(() => undefined);
  }
}
