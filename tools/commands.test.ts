import { runProcess } from "@salon/testkit";
import { describe, expect, it } from "vitest";
import { COMMANDS, examplesIn, printed, subcommandsOf } from "./command-help.ts";

describe.each(COMMANDS)("$name", (command) => {
  it("says its version", () => {
    expect(printed(command, ["--version"])).toBe("1.2.3\n");
  });

  it("shows examples that it takes itself, for each command below it too", () => {
    const helps = [[], ...subcommandsOf(command).map((name) => [name])];
    for (const words of helps) {
      const examples = examplesIn(printed(command, [...words, "--help"]));
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) {
        const typed = [...command.typed.split(" "), ...words];
        expect(example.slice(0, typed.length)).toEqual(typed);
        const argv = example.slice(command.typed.split(" ").length);
        const outcome = command.parse(
          argv.filter((word) => word !== "--"),
          "1.2.3",
        );
        expect({ example, outcome }).toMatchObject({ outcome: { kind: "settings" } });
      }
    }
  });

  it("says its exit codes", () => {
    expect(printed(command, ["--help"])).toMatch(/\n\nExit codes:\n {2}0 {4}done/);
  });

  it("has a completion that bash can read", async () => {
    const script = printed(command, ["--completion", "bash"]);
    expect(script).toContain(`complete -F _${command.name.replaceAll("-", "_")} ${command.name}\n`);
    await runProcess({ command: "bash", args: ["-n", "-c", script] });
  });
});
