import type { ErrorName } from "@salon/kafka-protocol";

/** What goes wrong with a request. */
export type Fault =
  /** It is answered with the error and not applied. */
  | { readonly kind: "error"; readonly error: ErrorName }
  /** It is applied after a while. */
  | { readonly kind: "delay"; readonly delayMs: number }
  /** The connection is closed: instead of applying it, or instead of answering. */
  | { readonly kind: "drop"; readonly when: "before" | "after" };

/** Which requests meet a fault. */
export interface FaultRule {
  /** The name of a kind of request, as Kafka has it: `Produce`, `JoinGroup`. */
  readonly api: string;
  readonly fault: Fault;
  /** How many requests; without end if absent. */
  readonly times?: number | undefined;
  /** Only requests of the client with this id. */
  readonly clientId?: string | undefined;
}

/** A rule that is in force. Disposing of it ends that. */
export interface ActiveFault extends Disposable {
  /** Requests that have met it. */
  readonly hits: number;
}

interface Counted {
  readonly rule: FaultRule;
  hits: number;
}

/** The rules in force. */
export class Faults {
  readonly #rules = new Set<Counted>();

  add(rule: FaultRule): ActiveFault {
    const counted: Counted = { rule, hits: 0 };
    this.#rules.add(counted);
    return {
      get hits() {
        return counted.hits;
      },
      [Symbol.dispose]: () => void this.#rules.delete(counted),
    };
  }

  /** The fault that a request meets: that of the oldest rule that fits. Counts as a hit. */
  meet(api: string, clientId: string): Fault | undefined {
    for (const counted of this.#rules) {
      const { rule, hits } = counted;
      const fits =
        rule.api === api &&
        hits < (rule.times ?? Infinity) &&
        (rule.clientId === undefined || rule.clientId === clientId);
      if (!fits) continue;
      counted.hits++;
      return rule.fault;
    }
    return undefined;
  }
}
