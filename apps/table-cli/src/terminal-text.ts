const SHOWN_LENGTH_MAX = 400;

/** Controls, invisible marks that reorder or hide text, and line ends of every kind. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text of a stranger, which must not be able to command the terminal that shows it. */
export function harmlessText(text: string): string {
  return text.replaceAll(
    UNSAFE,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** As {@link harmlessText}, shortened: records may be long. */
export function terminalText(text: string): string {
  const shown = text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX)}…`;
  return harmlessText(shown);
}

/** Bytes as the text that they are, in hexadecimal digits where they are none. */
export function terminalBytes(bytes: Uint8Array): string {
  try {
    return terminalText(strictUtf8.decode(bytes));
  } catch {
    return terminalText(`0x${Buffer.from(bytes).toString("hex")}`);
  }
}
