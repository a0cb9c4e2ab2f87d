/** What a subcommand has to say: the same for machines and for people. */
export interface CommandOutput {
  /** As JSON has it, but for bigints, which become texts. */
  readonly data: unknown;
  readonly text: string;
  /** Other than 0 where what was asked does not hold. */
  readonly exitCode?: number | undefined;
}

/** The document of `--json`. 64-bit integers are texts, for most readers of JSON cut them short. */
export function outputJson({ data }: CommandOutput): string {
  const json = JSON.stringify(
    data,
    (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value),
    2,
  );
  return `${json}\n`;
}

/** The text, its first words in bold or color where the terminal and `NO_COLOR` allow it. */
export type Emphasis = (style: "good" | "bad" | "warning" | "heading", text: string) => string;

/** Leaves texts as they are. */
export const plainText: Emphasis = (_, text) => text;
