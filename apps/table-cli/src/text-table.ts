import { harmlessText } from "./terminal-text.ts";

/** A column of a table for people. */
export interface TextColumn {
  readonly title: string;
  /** Numbers stand right, texts left. */
  readonly align?: "left" | "right" | undefined;
}

/**
 * Lines of aligned columns below their titles, without trailing spaces; what is in them can command
 * no terminal.
 */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [columns.map(({ title }) => title), ...rows].map((cells) =>
    cells.map(harmlessText),
  );
  const widths = columns.map((_, index) =>
    Math.max(...lines.map((cells) => (cells[index] ?? "").length)),
  );
  return lines
    .map((cells) =>
      columns
        .map(({ align }, index) => {
          const cell = cells[index] ?? "";
          const width = widths[index] ?? 0;
          return align === "right" ? cell.padStart(width) : cell.padEnd(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Names and values, one pair a line; they can command no terminal. */
export function textPairs(texts: readonly (readonly [string, string])[]): string {
  const pairs = texts.map(([name, value]) => [harmlessText(name), harmlessText(value)] as const);
  const width = Math.max(0, ...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()).join("\n");
}

/** A heading with what belongs to it, indented; empty where there is nothing. */
export function textSection(heading: string, body: string): readonly string[] {
  if (body === "") return [];
  return [
    `${heading}\n${body
      .split("\n")
      .map((line) => (line === "" ? line : `  ${line}`))
      .join("\n")}`,
  ];
}
