import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type StatusTerminal, withStatusLine } from "../src/status-line.ts";

const CLEAR = "\r\u001b[K";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function terminalOf(settings: { readonly isTTY?: boolean; readonly columns?: number } = {}): {
  readonly terminal: StatusTerminal;
  readonly written: () => string;
} {
  let text = "";
  return {
    terminal: { isTTY: true, columns: 40, ...settings, write: (part) => (text += part) },
    written: () => text,
  };
}

const after = (ms: number): Promise<string> =>
  new Promise((resolve) => setTimeout(() => resolve("done"), ms));

const log = { level: "info" } as const;

describe("withStatusLine", () => {
  it("shows what is done and for how long, and takes the line away", async () => {
    const { terminal, written } = terminalOf();
    let rows = 0;
    const settings = { log, terminal, terminalType: "xterm" };
    const work = withStatusLine(after(2_100), () => `${++rows} rows`, settings);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await work).toBe("done");
    const lines = written().split(CLEAR);
    expect(lines[1]).toBe("1 rows, 1 s");
    expect(lines.at(-2)).toBe("5 rows, 2 s");
    expect(lines.at(-1)).toBe("");
  });

  it("shows nothing of work that takes less than a second", async () => {
    const { terminal, written } = terminalOf();
    const settings = { log, terminal, terminalType: "xterm" };
    const work = withStatusLine(after(900), () => "short", settings);
    await vi.advanceTimersByTimeAsync(900);
    await work;
    expect(written()).toBe("");
  });

  it.each([
    ["no terminal", { isTTY: false }, log, "xterm"],
    ["a terminal that cannot rewrite", {}, log, "dumb"],
    ["a log in JSON", {}, { ...log, format: "json" } as const, "xterm"],
  ])("shows nothing on %s", async (_, stream, logSettings, terminalType) => {
    const { terminal, written } = terminalOf(stream);
    const settings = { log: logSettings, terminal, terminalType };
    const work = withStatusLine(after(5_000), () => "long", settings);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await work).toBe("done");
    expect(written()).toBe("");
  });

  it.each([
    [20, 20],
    [0, 80],
  ])("cuts what %i columns would wrap", async (columns, width) => {
    const { terminal, written } = terminalOf({ columns });
    const settings = { log, terminal, terminalType: "xterm" };
    const work = withStatusLine(after(1_500), () => "x".repeat(90), settings);
    await vi.advanceTimersByTimeAsync(1_500);
    await work;
    expect(written().split(CLEAR)[1]).toBe(`${"x".repeat(width - 2)}…`);
  });

  it("fails as the work fails, with the line gone", async () => {
    const { terminal, written } = terminalOf();
    const failing = after(1_500).then(() => {
      throw new Error("no luck");
    });
    const settings = { log, terminal, terminalType: "xterm" };
    const work = withStatusLine(failing, () => "long", settings);
    const [outcome] = await Promise.allSettled([work, vi.advanceTimersByTimeAsync(2_000)]);
    expect(outcome).toEqual({ status: "rejected", reason: new Error("no luck") });
    expect(written().endsWith(CLEAR)).toBe(true);
  });
});
