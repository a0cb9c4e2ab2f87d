/** A program that a README shows. */
export interface ReadmeProgram {
  readonly text: string;
  /** What its comments say that it prints, in order: `console.log(x); // 7`. */
  readonly printed: readonly string[];
}

/** The `ts` blocks of a README that import something: whole programs, other blocks are parts. */
export function programsOf(readme: string): readonly ReadmeProgram[] {
  return Array.from(readme.matchAll(/^```ts\n([^]*?)^```$/gm), ([, text = ""]) => text)
    .filter((text) => /^import /m.test(text))
    .map((text) => ({ text, printed: printedBy(text) }));
}

function printedBy(program: string): readonly string[] {
  return Array.from(
    program.matchAll(/console\.log\(.*\);? \/\/ (.+)$/gm),
    ([, comment = ""]) => comment,
  );
}

/** The names that an index exports, types among them. */
export function exportedNames(index: string): readonly string[] {
  return Array.from(index.matchAll(/export (?:type )?\{([^}]*)\}/g), ([, list = ""]) =>
    list.split(",").map((name) => name.trim().replace(/^type /, "")),
  )
    .flat()
    .filter((name) => name !== "");
}

/** Whether a README names an export as code: alone, or with arguments or a type behind it. */
export function isNamed(readme: string, name: string): boolean {
  return new RegExp(`\`${name}(?![\\w$])`).test(readme);
}

/** Text in which the quotes and the spacing of `console.log` make no difference. */
export function withoutLayout(text: string): string {
  return text.replaceAll(/\s+/g, "").replaceAll("'", '"').replaceAll(",}", "}");
}
