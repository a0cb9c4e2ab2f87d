/** Ids of snapshots, files and tables: many are drawn anew in each run. */
const DRAWN_ID = /\b(?:\d{15,19}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\b/gu;

/** A line, or what it is made of: nobody is told of most histories. */
export type TraceText = string | (() => string);

/** What happened in a history, and when; the same whenever its seed is run. */
export class SimTrace {
  readonly #lines: { readonly atMs: number; readonly text: TraceText }[] = [];

  add(atMs: number, text: TraceText): void {
    this.#lines.push({ atMs, text });
  }

  /**
   * The last lines, and what was told of the end; ids are numbered as they appear first.
   */
  tell(end: string, linesMax = Infinity): string {
    const numbers = new Map<string, number>();
    const lines = this.#lines.map(({ atMs, text }) => {
      const told = typeof text === "string" ? text : text();
      return `${(atMs / 1000).toFixed(3)} ${told}`;
    });
    const numbered = [...lines, end].map((line) =>
      line.replace(DRAWN_ID, (id) => {
        const number = numbers.get(id) ?? numbers.size + 1;
        numbers.set(id, number);
        return `#${number}`;
      }),
    );
    return numbered.slice(linesMax === Infinity ? 0 : -linesMax - 1).join("\n");
  }
}
