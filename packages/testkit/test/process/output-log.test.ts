import { expect, it } from "vitest";
import { createOutputLog } from "../../src/process/output-log.ts";

it("joins lines that come in pieces", () => {
  const log = createOutputLog();
  const lines: string[] = [];
  log.append("o");
  log.append("ne\ntw");
  const end = log.onLine((line) => lines.push(line));
  log.append("o\nthree");
  expect(lines).toEqual(["one", "two"]);
  end();
  log.append("\n");
  expect(lines).toEqual(["one", "two"]);
  expect(log.text()).toBe("one\ntwo\nthree\n");
  expect(log.lastLines(2)).toBe("two\nthree");
});

it("keeps the newest whole lines within its limit", () => {
  const log = createOutputLog(4);
  log.append("aaa\nbbb\nccc\n");
  expect(log.text()).toBe("ccc\n");
  log.append("ddd\n");
  expect(log.text()).toBe("ccc\nddd\n");
});
