import type { GeneratedEvent } from "@salon/generator";

/** Where events are sent. Disposing of it flushes. */
export interface RecordTarget extends AsyncDisposable {
  /** As people call it: the topic, or standard output. */
  readonly name: string;
  /** Resolves when the target has all of them for good. */
  write(events: readonly GeneratedEvent[]): Promise<void>;
}
