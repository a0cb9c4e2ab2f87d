/** What a caller may act on. */
export type DevBrokerErrorCode =
  /** The address cannot be listened on: taken, or none of this machine. */
  | "ADDRESS_UNAVAILABLE"
  /** A setting, or the name of a topic, is impossible. */
  | "SETTINGS_INVALID"
  /** The directory cannot be written, is another broker's, or holds no readable state. */
  | "DIRECTORY_UNUSABLE";

/** An error of the embedded broker itself; what clients are told are the protocol's error codes. */
export class DevBrokerError extends Error {
  readonly code: DevBrokerErrorCode;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(
    code: DevBrokerErrorCode,
    message: string,
    options: ErrorOptions & { readonly context?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options);
    this.name = "DevBrokerError";
    this.code = code;
    this.context = options.context ?? {};
  }
}
