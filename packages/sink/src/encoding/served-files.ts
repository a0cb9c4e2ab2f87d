import type { FileIo, OutputFile } from "@salon/iceberg-writer";
import type { FileStep, FileTable } from "./thread-message.ts";

interface ServedFile {
  readonly fileIo: FileIo;
  readonly location: string;
  readonly opening: Promise<OutputFile>;
  /** The end of its last step; after one that fails none is done. */
  tail: Promise<unknown>;
}

/** Where the files of each table are stored. */
type ServedTables = Readonly<Record<FileTable, FileIo | undefined>>;

/** The files that a thread writes for a unit, as the main thread stores them. */
export class ServedFiles {
  readonly #fileIos: ServedTables;
  readonly #files = new Map<number, ServedFile>();

  constructor(fileIos: ServedTables) {
    this.#fileIos = fileIos;
  }

  /** Does a step after those of the same file that came before. */
  async perform(fileId: number, step: FileStep): Promise<void> {
    const file = this.#files.get(fileId) ?? this.#begin(fileId, step);
    file.tail = performAfter(file.tail, file, step);
    await file.tail;
  }

  /** Deletes all of the files; no further step may come. */
  async undo(): Promise<void> {
    for (const { tail, opening, fileIo, location } of this.#files.values()) {
      await tail.catch(() => undefined);
      const output = await opening.catch(() => undefined);
      await output?.[Symbol.asyncDispose]();
      await fileIo.delete(location);
    }
  }

  #begin(fileId: number, step: FileStep): ServedFile {
    const fileIo = step.kind === "open" ? this.#fileIos[step.table] : undefined;
    if (step.kind !== "open" || fileIo === undefined) throw new Error(`no file ${fileId} is open`);
    const { location } = step;
    const opening = fileIo.openWrite(location);
    const file = { fileIo, location, opening, tail: opening };
    this.#files.set(fileId, file);
    return file;
  }
}

async function performAfter(
  before: Promise<unknown>,
  { opening }: ServedFile,
  step: FileStep,
): Promise<void> {
  await before;
  const output = await opening;
  if (step.kind === "write") await output.write(step.bytes);
  else if (step.kind === "close") await output.close();
}
