import type { SinkEvent } from "./sink-event.ts";

/** A piece of work with its time, as OpenTelemetry has it. */
export interface TracedSpan {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Why it failed. */
  readonly error?: string | undefined;
  readonly children: readonly TracedSpan[];
}

interface TimedTry {
  readonly step: string;
  readonly outcome: string;
  readonly reason?: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
}

type Committed = Extract<SinkEvent, { kind: "committed" }>;

/** Makes of the events of a sink one trace for each unit, from its first record to its commit. */
export class UnitTracer {
  #tries: TimedTry[] = [];
  #table = "";
  #topic = "";

  /** The trace of the unit that an event ends; undefined for all others. */
  trace(event: SinkEvent, nowMs: number): TracedSpan | undefined {
    switch (event.kind) {
      case "started":
        this.#table = event.table;
        this.#topic = event.topic;
        return undefined;
      case "commit-tried": {
        const { step, outcome, reason, durationMs } = event;
        this.#tries.push({ step, outcome, reason, startMs: nowMs - durationMs, endMs: nowMs });
        return undefined;
      }
      case "committed":
        return this.#committed(event, nowMs);
      case "unit-dropped":
        return this.#dropped(event.reason, nowMs);
      default:
        return undefined;
    }
  }

  #committed(event: Committed, nowMs: number): TracedSpan | undefined {
    const tries = this.#takeTries();
    const { unit, commitMs, stretches } = event;
    if (unit === undefined) return undefined;
    const sentMs = nowMs - commitMs;
    const sealMs = sentMs - unit.sealMs;
    const openedMs = sealMs - unit.fillMs;
    const counts = [...stretches.values()];
    const rows = counts.reduce((total, stretch) => total + stretch.rows, 0);
    const dead = counts.reduce((total, stretch) => total + stretch.dead, 0);
    const bytes = unit.files.reduce((total, file) => total + file.bytes, 0);
    return {
      ...span("unit", openedMs, nowMs),
      attributes: {
        "salon.table": this.#table,
        "salon.topic": this.#topic,
        "salon.snapshot_id": event.snapshotId.toString(),
        "salon.rows": rows,
        "salon.dead_letters": dead,
      },
      children: [
        {
          ...span("fetch, decode and write", openedMs, sealMs),
          attributes: { "salon.decode_ms": unit.decodeMs, "salon.write_ms": unit.writeMs },
        },
        {
          ...span("close and upload files", sealMs, sentMs),
          attributes: { "salon.files": unit.files.length, "salon.bytes": bytes },
        },
        { ...span("commit", sentMs, nowMs), children: tries.map(trySpan) },
      ],
    };
  }

  #dropped(reason: string, nowMs: number): TracedSpan | undefined {
    const tries = this.#takeTries();
    const [first] = tries;
    if (first === undefined) return undefined;
    return {
      ...span("unit", first.startMs, nowMs),
      attributes: { "salon.table": this.#table, "salon.topic": this.#topic },
      error: reason,
      children: tries.map(trySpan),
    };
  }

  #takeTries(): readonly TimedTry[] {
    const tries = this.#tries;
    this.#tries = [];
    return tries;
  }
}

function trySpan({ step, outcome, reason, startMs, endMs }: TimedTry): TracedSpan {
  const isDone = outcome === "committed" || outcome === "superfluous";
  return {
    ...span(step, startMs, endMs),
    attributes: { "salon.outcome": outcome },
    error: isDone ? undefined : (reason ?? outcome),
  };
}

function span(name: string, startMs: number, endMs: number): TracedSpan {
  return { name, startMs, endMs, attributes: {}, children: [] };
}
