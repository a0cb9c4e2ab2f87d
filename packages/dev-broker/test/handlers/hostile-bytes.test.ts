import fc from "fast-check";
import { expect, it } from "vitest";
import { HANDLERS } from "../../src/handlers/all-handlers.ts";
import { contextOf, createMemoryBroker } from "../memory-broker.ts";

const VERSIONED = [...HANDLERS.values()].flatMap((handler) =>
  Array.from({ length: handler.maxVersion - handler.minVersion + 1 }, (_, index) => ({
    handler,
    name: handler.name,
    version: handler.minVersion + index,
  })),
);

/** Pieces of which many requests are made: counts, lengths, names that are there, extremes. */
const PIECES = ["00", "01", "02", "ffff", "00000000", "00000001", "00000002", "ffffffff"].concat(
  ["000174", "000167", "0274", "7fffffff", "80000000", "0000000000000000", "ffffffffffffffff"],
  ["000b636f6e7374727563746f72", "00095f5f70726f746f5f5f", "7fffffffffffffff"],
);

it.each(VERSIONED)("$name $version answers any bytes or throws RangeError", async (each) => {
  const { handler, version } = each;
  const piece = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...PIECES) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 9 }).map((some) => toHex(some)) },
  );
  const failures: unknown[] = [];
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 24 }), async (pieces) => {
      const connection = new AbortController();
      const context = contextOf(createMemoryBroker(), version, connection);
      const answered = handler.answer(Buffer.from(pieces.join(""), "hex"), context);
      // What waits for others waits no longer than its client is there.
      connection.abort();
      const outcome = answered.then(
        () => undefined,
        (error: unknown) => error,
      );
      const waiting = new Promise((resolve) => setImmediate(resolve, undefined));
      const error = await Promise.race([outcome, waiting]);
      if (error !== undefined && !(error instanceof RangeError)) failures.push(error);
      expect(failures).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
