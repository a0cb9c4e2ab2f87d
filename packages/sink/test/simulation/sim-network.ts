import type { Fetch } from "@salon/iceberg-writer";
import type { FaultRates } from "./sim-faults.ts";
import type { SimAnswer, SimRequest, SimRestServer } from "./sim-rest-server.ts";
import type { SimProcess } from "./sim-world.ts";

const STATUSES = [500, 502, 503, 504];

/** What a request that changes a table may meet. */
const COMMIT_FAULTS = [
  "lost",
  "answer-lost",
  /** It lands after the answer that never came, and maybe after the next tries. */
  "late",
  /** With a status that leaves it open, whether it was applied or will be. */
  "failed",
  /** Without having been looked at. */
  "rejected",
  /** A proxy passes on what the second one got. */
  "sent-twice",
  "slow",
] as const;

/** `fetch` as a process has it whose way to the catalog's server is bad. */
export function fetchThrough(server: SimRestServer, process: SimProcess, rates: FaultRates): Fetch {
  const network = new SimNetwork(server, process, rates);
  return async (url, { method, headers, body: text = "" }) => {
    const path = url.slice(url.indexOf("/v1"));
    const { status, body, etag } = await network.send({ method, path, headers, body: text });
    const told = { get: (name: string) => (name === "etag" ? (etag ?? null) : null) };
    return { status, headers: told, body: bytesOf(body) };
  };
}

class SimNetwork {
  readonly #server: SimRestServer;
  readonly #process: SimProcess;
  readonly #rates: FaultRates;

  constructor(server: SimRestServer, process: SimProcess, rates: FaultRates) {
    this.#server = server;
    this.#process = process;
    this.#rates = rates;
  }

  async send(request: SimRequest): Promise<SimAnswer> {
    const { isAway, isOver, unavailable, refusal, commit } = this.#rates;
    const { world } = this.#process;
    await this.#process.pass(20);
    if (isOver()) return this.#handle(request);
    if (world.chance(refusal)) return { status: 401, body: "" };
    if (isAway() || world.chance(unavailable)) {
      if (world.chance(0.5)) return { status: 503, body: "" };
      throw Object.assign(new Error("connection refused"), { code: "ECONNREFUSED" });
    }
    const isCommit = request.method === "POST" && world.chance(commit);
    return isCommit ? this.#sendBadly(request) : this.#handle(request);
  }

  async #handle(request: SimRequest): Promise<SimAnswer> {
    const answer = await this.#server.handle(request);
    await this.#process.pass(10);
    return answer;
  }

  async #sendBadly(request: SimRequest): Promise<SimAnswer> {
    const { world } = this.#process;
    const fault = COMMIT_FAULTS[world.between(0, COMMIT_FAULTS.length - 1)] ?? "slow";
    this.#process.log(`commit: ${fault}`);
    // What others do meanwhile, expiry too, may leave no trace of what became of it.
    if (world.chance(0.5)) {
      world.startTimer(() => this.#process.standStill(), world.between(0, 15));
    }
    switch (fault) {
      case "lost":
        throw new Error("broken before it arrived");
      case "answer-lost":
        await this.#server.handle(request);
        throw new Error("broken before the answer");
      case "late":
        this.#landLater(request);
        throw new Error("broken, and still under way");
      case "failed":
        if (world.chance(0.5)) await this.#server.handle(request);
        else this.#landLater(request);
        return { status: this.#anyStatus(), body: "" };
      case "rejected":
        // Of a creation it would say that the table is there.
        if (request.path.endsWith("/tables")) break;
        return { status: 409, body: "said so" };
      case "sent-twice":
        await this.#server.handle(request);
        break;
      case "slow":
        await this.#process.pass(15_000);
        break;
      default:
        return fault satisfies never;
    }
    return this.#handle(request);
  }

  #landLater(request: SimRequest): void {
    const { world } = this.#process;
    world.startTimer(() => void this.#server.handle(request), world.between(1, 4_000));
  }

  #anyStatus(): number {
    return STATUSES[this.#process.world.between(0, STATUSES.length - 1)] ?? 500;
  }
}

/** At hand: streams would take turns of the event loop that no history counts. */
async function* bytesOf(text: string): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(text);
}
