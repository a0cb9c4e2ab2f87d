import { once } from "node:events";
import { runSink, type EngineReport, type SinkComponents, type SinkSettings } from "@salon/sink";

/** What a sink has committed. */
export interface CommittedCounts {
  readonly rows: number;
  readonly deadLetters: number;
  readonly commits: number;
}

/** A sink that runs beside its caller, and tells how far it is. */
export class RunningSink {
  readonly #stop = new AbortController();
  readonly #commits = new EventTarget();
  readonly #run: Promise<unknown>;
  #counts: CommittedCounts = { rows: 0, deadLetters: 0, commits: 0 };

  constructor(settings: SinkSettings, components: Omit<SinkComponents, "signal" | "onReport">) {
    this.#run = runSink(settings, {
      ...components,
      signal: this.#stop.signal,
      onReport: (report) => this.#count(report),
    });
    // Whoever waits for the sink is told; until then its failure is nobody's.
    this.#run.catch(() => undefined);
  }

  get counts(): CommittedCounts {
    return this.#counts;
  }

  /** Waits until so many records are decided: in the table or dead letters. Errors: the sink's. */
  async reach(records: number): Promise<void> {
    while (this.#counts.rows + this.#counts.deadLetters < records) {
      await this.orItsFailure(once(this.#commits, "commit"));
    }
  }

  /** What other work comes to, unless the sink fails or ends before it. */
  async orItsFailure<Result>(work: Promise<Result>): Promise<Result> {
    const ended = this.#run.then(() => {
      throw new Error("the sink ended before its work was done");
    });
    return Promise.race([work, ended]);
  }

  /** Ends the sink in order: what it read is committed. Errors: the sink's. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#run;
  }

  #count(report: EngineReport): void {
    if (report.kind !== "committed" || report.plan.kind !== "unit") return;
    const { rows, deadLetters, commits } = this.#counts;
    const stretches = [...report.plan.stretches.values()];
    this.#counts = {
      rows: stretches.reduce((sum, stretch) => sum + stretch.rows, rows),
      deadLetters: stretches.reduce((sum, stretch) => sum + stretch.dead, deadLetters),
      commits: commits + 1,
    };
    this.#commits.dispatchEvent(new Event("commit"));
  }
}
