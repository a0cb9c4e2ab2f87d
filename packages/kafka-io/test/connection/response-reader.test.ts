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

  test("has most of a long response read into its place", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 4, max: 300 }), fc.nat(400_000)), { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 20 }),
        (lengths, cuts) => {
          const messages = lengths.map((length, i) => Buffer.alloc(Math.max(4, length), i + 1));
          const stream = Buffer.concat(messages.map(framed));
          const reader = new ResponseReader(1_000_000);
          const responses: Buffer[] = [];
          let at = 0;
          for (let i = 0; at < stream.length; i++) {
            const room = reader.room();
            const size = Math.min(cuts[i % cuts.length]!, room.length, stream.length - at);
            room.set(stream.subarray(at, at + size));
            responses.push(...reader.take(size));
            at += size;
          }
          expect(responses.length).toBe(messages.length);
          expect(responses.every((response, i) => response.equals(messages[i]!))).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("copies nothing of a long response but its ends", () => {
    const message = Buffer.alloc(300_000, 7);
    const reader = new ResponseReader(1_000_000);
    reader.push(framed(message).subarray(0, 1000));
    const places: { readonly room: Buffer; readonly at: number }[] = [];
    let at = 1000 - 4;
    let response: Buffer | undefined;
    while (response === undefined) {
      const room = reader.room();
      places.push({ room, at });
      const size = Math.min(room.length, message.length - at);
      room.fill(7, 0, size);
      [response] = reader.take(size);
      at += size;
    }
    const inPlace = places.filter(
      ({ room, at: start }) =>
        room.buffer === response.buffer && room.byteOffset === response.byteOffset + start,
    );
    expect([inPlace.length, places.length]).toEqual([4, 5]);
    expect(response.equals(message)).toBe(true);
  });

  test.each([-1, 0, 3, 101, 2 ** 31 - 1])("gives up at a length of %d", (length) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(length);
    expect(() => new ResponseReader(100).push(bytes)).toThrow(RangeError);
  });
});
