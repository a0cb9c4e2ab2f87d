/** Titles and cells as aligned lines, without trailing spaces; long cells are cut. */
export function textTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  cellWidthMax = 40,
): string {
  const lines = [titles, ...rows].map((cells) =>
    cells.map((cell) => shortened(cell, cellWidthMax)),
  );
  const widths = titles.map((_, index) =>
    Math.max(...lines.map((cells) => (cells[index] ?? "").length)),
  );
  return lines
    .map((cells) => cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  "))
    .map((line) => `  ${line}`.trimEnd())
    .join("\n");
}

function shortened(text: string, width: number): string {
  const oneLine = text.replaceAll(/\s+/g, " ");
  return oneLine.length <= width ? oneLine : `${oneLine.slice(0, width - 1)}…`;
}
