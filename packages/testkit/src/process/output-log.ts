/** The newest part of what a process printed, bounded in memory. */
export interface OutputLog {
  append(text: string): void;
  /** All that is kept, oldest first. */
  text(): string;
  lastLines(count: number): string;
  /**
   * Calls `listener` with each whole line from now on, and first with those already kept; the
   * returned function ends that.
   */
  onLine(listener: (line: string) => void): () => void;
}

/**
 * An empty log which keeps the lines of the last `charactersMax` characters, at most twice as many.
 */
export function createOutputLog(charactersMax: number = 8 * 2 ** 20): OutputLog {
  const listeners = new Set<(line: string) => void>();
  let kept = "";
  let rest = "";

  return {
    append(text) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      if (lines.length === 0) return;
      kept += `${lines.join("\n")}\n`;
      // Seldom, since each cut copies what is kept.
      if (kept.length > 2 * charactersMax) {
        const cut = kept.indexOf("\n", kept.length - charactersMax - 1);
        kept = kept.slice(cut + 1);
      }
      for (const line of lines) for (const listener of listeners) listener(line);
    },
    text: () => kept + rest,
    lastLines: (count) => (kept + rest).trimEnd().split("\n").slice(-count).join("\n"),
    onLine(listener) {
      for (const line of kept.split("\n").slice(0, -1)) listener(line);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
