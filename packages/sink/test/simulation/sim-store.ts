import { createMemoryFileIo, IcebergError } from "@salon/iceberg-writer";
import type { FileIo, OutputFile } from "@salon/iceberg-writer";
import type { FaultRates } from "./sim-faults.ts";
import type { SimProcess } from "./sim-world.ts";

/** A store that keeps what it is given; files outlive the processes that write them. */
export class SimStore {
  /** As somebody sees it who is spared. */
  readonly files: FileIo = createMemoryFileIo();
  /** Told of what was created conditionally. */
  onCreated: (location: string, bytes: Uint8Array) => void = () => undefined;

  /** As a process sees it through a bad network. */
  seenBy(process: SimProcess, rates: FaultRates): FileIo {
    return new FaultyStore(this, process, rates);
  }

  async createExclusive(location: string, bytes: Uint8Array): Promise<"created" | "exists"> {
    const answer = await this.files.createExclusive(location, bytes);
    if (answer === "created") this.onCreated(location, bytes);
    return answer;
  }
}

/** What a request that changes something may meet. */
type WriteFault = "none" | "refused" | "lost" | "answer-lost" | "late" | "repeated";

class FaultyStore implements FileIo {
  readonly schemes: readonly string[];
  readonly #store: SimStore;
  readonly #inner: FileIo;
  readonly #process: SimProcess;
  readonly #rates: FaultRates;

  constructor(store: SimStore, process: SimProcess, rates: FaultRates) {
    this.schemes = store.files.schemes;
    this.#store = store;
    this.#inner = store.files;
    this.#process = process;
    this.#rates = rates;
  }

  async read(location: string): Promise<Uint8Array> {
    await this.#reach();
    return this.#inner.read(location);
  }

  async readRange(location: string, start: number, end: number): Promise<Uint8Array> {
    await this.#reach();
    return this.#inner.readRange(location, start, end);
  }

  async stat(location: string): ReturnType<FileIo["stat"]> {
    await this.#reach();
    return this.#inner.stat(location);
  }

  write(location: string, bytes: Uint8Array): Promise<void> {
    return this.#change(() => this.#inner.write(location, bytes));
  }

  /** Conditional creation is how file-system tables commit: it has a commit's faults. */
  createExclusive(location: string, bytes: Uint8Array): Promise<"created" | "exists"> {
    const create = (): Promise<"created" | "exists"> =>
      this.#store.createExclusive(location, bytes);
    return this.#change(create, this.#rates.commit);
  }

  async openWrite(location: string): Promise<OutputFile> {
    await this.#reach();
    return new FaultyUpload(await this.#inner.openWrite(location), {
      reach: () => this.#reach(),
      change: (close) => this.#change(close),
    });
  }

  async delete(location: string): Promise<void> {
    await this.#reach();
    return this.#inner.delete(location);
  }

  async *list(prefix: string): ReturnType<FileIo["list"]> {
    await this.#reach();
    yield* this.#inner.list(prefix);
  }

  async *listFolders(folder: string): ReturnType<FileIo["listFolders"]> {
    await this.#reach();
    yield* this.#inner.listFolders(folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The files outlive the process.
  }

  async #reach(): Promise<void> {
    await this.#process.pass(3);
    if (this.#rates.isOver() || !this.#process.world.chance(this.#rates.storage)) return;
    throw away();
  }

  /** The process may die on either side of the change. */
  async #change<T>(change: () => Promise<T>, rate = this.#rates.storage): Promise<T> {
    await this.#process.pass(3);
    const fault = this.#drawFault(rate);
    if (fault !== "none") this.#process.log(`store: ${fault}`);
    switch (fault) {
      case "refused":
        throw new IcebergError("STORAGE_FULL", "the store is full");
      case "lost":
        throw away();
      case "late":
        this.#process.world.startTimer(() => void change(), this.#process.world.between(1, 4_000));
        throw away();
      case "answer-lost":
        await change();
        throw away();
      case "repeated":
        // The client below sent it again by itself, and tells what became of the second one.
        await change();
        break;
      case "none":
        break;
      default:
        return fault satisfies never;
    }
    const result = await change();
    await this.#process.pass(3);
    return result;
  }

  #drawFault(rate: number): WriteFault {
    const { world } = this.#process;
    if (this.#rates.isOver() || !world.chance(rate)) return "none";
    if (world.chance(0.02)) return "refused";
    if (world.chance(0.3)) world.startTimer(() => this.#process.standStill(), world.between(0, 15));
    return (["lost", "answer-lost", "late", "repeated"] as const)[world.between(0, 3)] ?? "lost";
  }
}

/** The way of an upload to its store. */
interface UploadNetwork {
  readonly reach: () => Promise<void>;
  readonly change: (close: () => Promise<void>) => Promise<void>;
}

/** An upload that may break off in the middle: nothing of it is to be seen then. */
class FaultyUpload implements OutputFile {
  readonly #inner: OutputFile;
  readonly #network: UploadNetwork;

  constructor(inner: OutputFile, network: UploadNetwork) {
    this.#inner = inner;
    this.#network = network;
  }

  get location(): string {
    return this.#inner.location;
  }

  get length(): number {
    return this.#inner.length;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#network.reach();
    await this.#inner.write(bytes);
  }

  close(): Promise<void> {
    return this.#network.change(() => this.#inner.close());
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#inner[Symbol.asyncDispose]();
  }
}

function away(): IcebergError {
  return new IcebergError("STORAGE_UNAVAILABLE", "store is away", { retryable: true });
}
