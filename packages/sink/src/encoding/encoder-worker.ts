import { parentPort, workerData } from "node:worker_threads";
import type { DataFile } from "@salon/iceberg-writer";
import type { RecordForm } from "./record-decoder.ts";
import { RecordDecoder } from "./record-decoder.ts";
import { fromPortableError, toPortableError } from "./portable-error.ts";
import { createThreadFileIo } from "./thread-file-io.ts";
import type { FileStep, PortableUnit, ThreadAnswer, ThreadRequest } from "./thread-message.ts";
import { UnitWriter } from "./unit-writer.ts";

/** What runs in a thread of an encoder pool: it writes units as the main thread would. */

const port = parentPort;
if (port === null) throw new Error("this is the entry of a thread");

const parts = {
  decoder: new RecordDecoder(workerData as RecordForm),
  nowMs: () => performance.now(),
};
const units = new Map<number, UnitWriter>();
const fileSteps = new Map<number, PromiseWithResolvers<void>>();
let nextCallId = 1;

port.on("message", (request: ThreadRequest) => {
  switch (request.kind) {
    case "write-chunk":
      void answer(request.callId, async () => {
        const { unitId, chunk, processedAtMs } = request;
        if (request.unit !== undefined) units.set(unitId, openUnit(unitId, request.unit));
        const unit = unitOf(unitId);
        const encoded = await unit.write(chunk, processedAtMs);
        const { estimatedBytes, bufferedBytes } = unit;
        const memory = chunk.buffer.buffer;
        return { kind: "chunk-written", encoded, memory, estimatedBytes, bufferedBytes };
      });
      return;
    case "close-unit":
      void answer(request.callId, async () => {
        const { dataFiles, deadLetterFiles } = await unitOf(request.unitId).close();
        units.delete(request.unitId);
        return {
          kind: "unit-closed",
          encoded: {
            dataFiles: dataFiles.map(withOwnBounds),
            deadLetterFiles: deadLetterFiles.map(withOwnBounds),
          },
        };
      });
      return;
    case "forget-unit":
      units.delete(request.unitId);
      return;
    case "end":
      port.close();
      return;
    case "file-step-done": {
      const step = fileSteps.get(request.callId);
      fileSteps.delete(request.callId);
      if (request.error === undefined) step?.resolve();
      else step?.reject(fromPortableError(request.error));
      return;
    }
    default:
      request satisfies never;
  }
});

function openUnit(unitId: number, unit: PortableUnit): UnitWriter {
  const { metadata, deadLetters, ...form } = unit;
  const perform = (
    fileId: number,
    step: FileStep,
    memory: readonly ArrayBuffer[],
  ): Promise<void> => {
    const callId = nextCallId++;
    const done = Promise.withResolvers<void>();
    fileSteps.set(callId, done);
    send({ kind: "file-step", callId, unitId, fileId, step }, memory);
    return done.promise;
  };
  return new UnitWriter(
    {
      ...form,
      table: { metadata, fileIo: createThreadFileIo("rows", perform) },
      deadLetters: deadLetters && {
        hasHeaders: deadLetters.hasHeaders,
        table: {
          metadata: deadLetters.metadata,
          fileIo: createThreadFileIo("dead-letters", perform),
        },
      },
    },
    parts,
  );
}

function unitOf(unitId: number): UnitWriter {
  const unit = units.get(unitId);
  if (unit === undefined) throw new Error(`unit ${unitId} is not open in this thread`);
  return unit;
}

type Answer = Extract<ThreadAnswer, { kind: "chunk-written" | "unit-closed" }>;
type WithoutCall<T> = T extends unknown ? Omit<T, "callId"> : never;

async function answer(callId: number, call: () => Promise<WithoutCall<Answer>>): Promise<void> {
  try {
    const result = await call();
    const isMovable = "memory" in result && result.memory instanceof ArrayBuffer;
    send({ ...result, callId }, isMovable ? [result.memory] : []);
  } catch (error) {
    send({ kind: "failed", callId, error: toPortableError(error) });
  }
}

function send(message: ThreadAnswer, memory: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, memory);
}

/** Bounds may be parts of something large, all of which a copy would take along. */
function withOwnBounds(file: DataFile): DataFile {
  const { lowerBounds, upperBounds } = file;
  return {
    ...file,
    ...(lowerBounds && { lowerBounds: ownValues(lowerBounds) }),
    ...(upperBounds && { upperBounds: ownValues(upperBounds) }),
  };
}

function ownValues(bounds: ReadonlyMap<number, Uint8Array>): ReadonlyMap<number, Uint8Array> {
  return new Map([...bounds].map(([id, value]) => [id, new Uint8Array(value)]));
}
