import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ResponseReader } from "../../src/connection/response-reader.ts";

function framed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(message.length);
  return Buffer.concat([length, message]);
}

describe("ResponseReader", () => {
  test("gives the responses whole, however the bytes are cut, from a buffer used again", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 4, maxLength: 40 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 }),
        (messages, cuts) => {
          const stream = Buffer.concat(messages.map(framed));
          const reader = new ResponseReader(100);
          const used = Buffer.alloc(stream.length);
          const responses: Buffer[] = [];
          let at = 0;
          for (const cut of [...cuts, stream.length]) {
            const end = Math.min(at + cut, stream.length);
            const bytes = used.subarray(0, end - at);
            bytes.set(stream.subarray(at, end));
            responses.push(...reader.push(bytes));
            bytes.fill(0xee);
            at = end;
          }
          expect(responses.map((response) => response.toString("hex"))).toEqual(
            messages.map((message) => Buffer.from(message).toString("hex")),
          );
        },
      ),
    );
  });

  test.each([-1, 0, 3, 101, 2 ** 31 - 1])("gives up at a length of %d", (length) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(length);
    expect(() => new ResponseReader(100).push(bytes)).toThrow(RangeError);
  });
});
