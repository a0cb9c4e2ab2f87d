import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openTogether } from "../src/open-together.ts";

function thing(log: string[], name: string): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      log.push(`${name} closed`);
    },
  };
}

describe("openTogether", () => {
  it("hands over both, open", async () => {
    const log: string[] = [];
    const [first, second] = [thing(log, "first"), thing(log, "second")];
    const opened = await openTogether(Promise.resolve(first), Promise.resolve(second));
    expect(opened).toEqual([first, second]);
    expect(log).toEqual([]);
  });

  it("tells the first error at once, and closes the other one whenever it opens", async () => {
    const log: string[] = [];
    const late = Promise.withResolvers<AsyncDisposable>();
    const opening = openTogether(Promise.reject(new Error("refused")), late.promise);
    await expect(opening).rejects.toThrow("refused");
    late.resolve(thing(log, "late"));
    await turn();
    expect(log).toEqual(["late closed"]);
  });

  it("lets an error that comes second pass: the first is told", async () => {
    const second = Promise.withResolvers<AsyncDisposable>();
    const opening = openTogether(Promise.reject(new Error("refused")), second.promise);
    await expect(opening).rejects.toThrow("refused");
    second.reject(new Error("unreachable"));
    await turn();
  });
});
