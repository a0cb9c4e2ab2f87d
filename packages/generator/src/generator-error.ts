/** What a caller of this package can act on. */
export type GeneratorErrorCode = "SETTINGS_INVALID";

/** The one error class of this package; callers branch on `code`. */
export class GeneratorError extends Error {
  readonly code: GeneratorErrorCode;
  readonly context: Readonly<Record<string, unknown>>;
  /** Always false: the same settings fail again. */
  readonly retryable: boolean = false;

  constructor(
    code: GeneratorErrorCode,
    message: string,
    options: { readonly context?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message);
    this.name = "GeneratorError";
    this.code = code;
    this.context = options.context ?? {};
  }
}
