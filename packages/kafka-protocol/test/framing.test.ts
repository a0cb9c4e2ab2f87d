import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  correlationIdOf,
  decodeRequestFrame,
  decodeResponseFrame,
  encodeRequestFrame,
  encodeResponseFrame,
  FrameSplitter,
} from "../src/index.ts";

describe("FrameSplitter", () => {
  it("gives the messages whole, however the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 }),
        (messages, cuts) => {
          const stream = Buffer.concat(
            messages.flatMap((message) => {
              const length = Buffer.alloc(4);
              length.writeInt32BE(message.length);
              return [length, Buffer.from(message)];
            }),
          );
          const splitter = new FrameSplitter(100);
          const frames: Buffer[] = [];
          let at = 0;
          for (const cut of [...cuts, stream.length]) {
            const end = Math.min(at + cut, stream.length);
            frames.push(...splitter.push(stream.subarray(at, end)));
            at = end;
          }
          expect(frames.map((frame) => frame.toString("hex"))).toEqual(
            messages.map((message) => Buffer.from(message).toString("hex")),
          );
        },
      ),
    );
  });

  it("gives messages that came in one piece as views, one push after the other", () => {
    const splitter = new FrameSplitter(100);
    for (const push of [1, 2]) {
      const bytes = Buffer.of(0, 0, 0, 1, push);
      const [frame] = splitter.push(bytes);
      bytes[4] = 9;
      expect(frame).toEqual(Buffer.of(9));
    }
  });

  it.each([-1, 101, 2 ** 31 - 1])("gives up at a length of %d", (length) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(length);
    expect(() => new FrameSplitter(100).push(bytes)).toThrow(RangeError);
  });
});

describe("headers", () => {
  const header = { apiKey: 18, apiVersion: 3, correlationId: 7, clientId: "me" };

  it("are those of the protocol's guide: version 2 ends in tagged fields", () => {
    const frame = encodeRequestFrame(header, true, Buffer.of(9));
    expect(frame.toString("hex")).toBe(
      hex("0000000e 0012 0003 00000007 00026d65 00 09").toString("hex"),
    );
    expect(decodeRequestFrame(frame.subarray(4), () => true)).toEqual({
      header,
      body: Buffer.of(9),
    });
  });

  it("have a client id that may be null", () => {
    const frame = encodeRequestFrame({ ...header, clientId: undefined }, false, Buffer.of(9));
    const { header: read } = decodeRequestFrame(frame.subarray(4), () => false);
    expect(read.clientId).toBeUndefined();
    expect(correlationIdOf(frame.subarray(4))).toBe(7);
  });

  it("of responses are the correlation id, and tagged fields in version 1", () => {
    expect(encodeResponseFrame(7, false, Buffer.of(9)).toString("hex")).toBe("000000050000000709");
    expect(encodeResponseFrame(7, true, Buffer.of(9)).toString("hex")).toBe("00000006000000070009");
    const [fixed, flexible] = [hex("0000000709"), hex("000000070009")];
    const read = { correlationId: 7, body: Buffer.of(9) };
    expect(decodeResponseFrame(fixed, false)).toEqual(read);
    expect(decodeResponseFrame(flexible, true)).toEqual(read);
    expect(() => decodeResponseFrame(fixed.subarray(0, 3), false)).toThrow(RangeError);
  });
});

/** Bytes in hexadecimal digits, grouped by field. */
function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(" ", ""), "hex");
}
