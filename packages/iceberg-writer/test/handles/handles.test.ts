import { describe, expect, it } from "vitest";
import { forgetHandles, Handles } from "./handles.ts";

interface Thing {
  readonly name: string;
}

describe("a handle", () => {
  const things = new Handles<Thing>("a thing");
  const thing = { name: "one" };
  const bytes = things.encode(thing);

  it("stands for the very value", () => {
    expect(things.decode(bytes.slice())).toBe(thing);
    expect(things.encode({ name: "one" })).not.toEqual(bytes);
  });

  it("that is kept has the same number each time", () => {
    const number = things.keep(thing);
    expect(things.keep(thing)).toBe(number);
    expect(things.keep({ name: "one" })).not.toBe(number);
    expect(things.find(number)).toBe(thing);
  });

  it("has a number of more than two bytes", () => {
    const many = new Handles<Thing>("one of many");
    for (let index = 0; index < 70_000; index++) many.encode(thing);
    const last = { name: "last" };
    expect(many.decode(many.encode(last))).toBe(last);
  });

  it.each([
    ["cut short", bytes.slice(0, -1)],
    ["too long", Uint8Array.of(...bytes, 0)],
    ["of other bytes", bytes.map((byte) => byte ^ 1)],
    ["of nothing", new Uint8Array()],
  ])("that is %s is no file", (_, broken) => {
    expect(() => things.decode(broken)).toThrow(
      expect.objectContaining({ code: "METADATA_INVALID" }),
    );
  });

  it("of a history that is over stands for nothing", () => {
    forgetHandles();
    expect(() => things.decode(bytes)).toThrow("no handle of a thing");
  });
});
