import { CommandLineError } from "@salon/command-line";

/** Where dead letters go. */
export interface DeadLetterPlace {
  /** Name of their table; absent: that of the main table's property, or its own with a suffix. */
  readonly table?: string | undefined;
  /** A topic that gets them too. */
  readonly topic?: string | undefined;
}

/**
 * Reads `table:<name>` or `topic:<name>`; throws `USAGE_INVALID`.
 *
 * A topic of dead letters cannot be the one that is read: they would be read again, for ever.
 */
export function parseDeadLetterPlace(text: string | undefined, source: string): DeadLetterPlace {
  if (text === undefined) return {};
  const [, table] = /^table:([^./\\\p{Cc}]+)$/u.exec(text) ?? [];
  if (table !== undefined) return { table };
  const [, topic] = /^topic:([a-zA-Z0-9._-]{1,249})$/.exec(text) ?? [];
  if (topic === undefined || topic === "." || topic === "..") {
    throw usageError(
      `--dead-letters takes table: and a name of the table's own namespace, or topic: and a ` +
        `topic's name, not ${JSON.stringify(text)}`,
    );
  }
  if (topic === source) throw usageError(`--dead-letters ${text} is the topic that is read`);
  return { topic };
}

function usageError(message: string): CommandLineError {
  return new CommandLineError("USAGE_INVALID", message);
}
