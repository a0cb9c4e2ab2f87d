import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeRequestFrame, decodeResponseFrame, FrameSplitter } from "../src/index.ts";
import { GROUP_CASES } from "./group-message-cases.ts";
import { kafkajsMessage } from "./kafkajs-messages.ts";
import { LOG_CASES } from "./log-message-cases.ts";

const RUNS = Number(process.env["SALON_FUZZ_ROUNDS"] ?? 150);
const settings = { numRuns: RUNS };

/** How bytes are spoilt: set, cut off, left out or doubled at a place. */
const anyEdits = fc.array(
  fc.record({
    kind: fc.constantFrom("set", "set", "cut", "leave out", "double"),
    at: fc.nat(),
    byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)),
  }),
  { minLength: 1, maxLength: 5 },
);

type Edits = typeof anyEdits extends fc.Arbitrary<infer Value> ? Value : never;

function spoilt(valid: Buffer, edits: Edits): Buffer {
  let bytes = Buffer.from(valid);
  for (const { kind, at: anywhere, byte } of edits) {
    if (bytes.length === 0) return bytes;
    const at = anywhere % bytes.length;
    if (kind === "set") bytes[at] = byte;
    else if (kind === "cut") bytes = bytes.subarray(0, at);
    else
      bytes = Buffer.concat([
        bytes.subarray(0, kind === "double" ? at + 1 : at),
        bytes.subarray(kind === "double" ? at : at + 1),
      ]);
  }
  return bytes;
}

/** What the package documents: the value, or RangeError. */
function decodesOrRefuses(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    if (!(error instanceof RangeError) || /call stack/.test(error.message)) throw error;
  }
}

const VERSIONED = [...LOG_CASES, ...GROUP_CASES].flatMap((each) =>
  Array.from({ length: each.versions[1] - each.versions[0] + 1 }, (_, index) => ({
    ...each,
    version: each.versions[0] + index,
  })),
);

describe.each(VERSIONED)("$name version $version, nearly right", (each) => {
  const { name, version, args, decodeRequest, decodeResponse, writeResponse } = each;

  it("is read as a response, or refused", () => {
    const valid = writeResponse(version);
    expect(() => {
      fc.assert(
        fc.property(anyEdits, (edits) => {
          decodesOrRefuses(() => decodeResponse(version, spoilt(valid, edits)));
        }),
        settings,
      );
    }).not.toThrow();
  });

  it("is read as a request, or refused", async () => {
    const { buffer } = await kafkajsMessage(name, version, args).request.encode();
    expect(() => {
      fc.assert(
        fc.property(anyEdits, (edits) => {
          decodesOrRefuses(() => decodeRequest(version, spoilt(buffer, edits)));
        }),
        settings,
      );
    }).not.toThrow();
  });
});

it("any bytes are frames and headers, or are refused", () => {
  expect(() => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, isFlexible) => {
        const buffer = Buffer.from(bytes);
        decodesOrRefuses(() => new FrameSplitter(1_000_000).push(buffer));
        decodesOrRefuses(() => decodeRequestFrame(buffer, () => isFlexible));
        decodesOrRefuses(() => decodeResponseFrame(buffer, isFlexible));
      }),
      { numRuns: 20 * RUNS },
    );
  }).not.toThrow();
});

/** A count or length in front that no bytes stand behind. */
it.each(VERSIONED)("$name version $version takes no memory for counts alone", (each) => {
  const valid = each.writeResponse(each.version);
  for (let at = 0; at + 4 <= valid.length; at++) {
    const bytes = Buffer.from(valid);
    bytes.writeInt32BE(0x7fff_ffff, at);
    const before = process.memoryUsage().arrayBuffers;
    decodesOrRefuses(() => each.decodeResponse(each.version, bytes));
    const grownBytes = process.memoryUsage().arrayBuffers - before;
    expect(grownBytes, `for a count at ${at}`).toBeLessThan(50_000_000);
  }
});
