import { IcebergError } from "@salon/iceberg-writer";
import type { IcebergErrorCode } from "@salon/iceberg-writer";
import { SinkError } from "../sink-error.ts";
import type { SinkErrorCode } from "../sink-error.ts";

/** An error as threads tell it each other: a copy by itself loses its class, code and context. */
export type PortableError = {
  readonly message: string;
  readonly stack?: string | undefined;
  readonly cause?: PortableError | undefined;
} & (
  | {
      readonly kind: "iceberg";
      readonly code: IcebergErrorCode;
      readonly retryable: boolean;
      readonly context: Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: "sink";
      readonly code: SinkErrorCode;
      readonly context: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "other"; readonly name: string; readonly code?: string | undefined }
);

/** How many errors deep causes are told. */
const CAUSES_MAX = 8;

/** What another thread is told of an error. */
export function toPortableError(error: unknown, causesMax: number = CAUSES_MAX): PortableError {
  if (!(error instanceof Error)) return { kind: "other", name: "Error", message: String(error) };
  const { message, stack, name } = error;
  const hasCause = error.cause !== undefined && causesMax > 0;
  const cause = hasCause ? toPortableError(error.cause, causesMax - 1) : undefined;
  const told = { message, stack, cause };
  if (error instanceof IcebergError) {
    const { code, retryable } = error;
    return { ...told, kind: "iceberg", code, retryable, context: portableContext(error.context) };
  }
  if (error instanceof SinkError) {
    return { ...told, kind: "sink", code: error.code, context: portableContext(error.context) };
  }
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return { ...told, kind: "other", name, code };
}

/** The error that another thread told of, of its class, with its codes and causes. */
export function fromPortableError(told: PortableError): Error {
  const cause = told.cause && fromPortableError(told.cause);
  const error = errorOf(told, cause);
  if (told.stack !== undefined) error.stack = told.stack;
  return error;
}

function errorOf(told: PortableError, cause: Error | undefined): Error {
  const { kind, message } = told;
  switch (kind) {
    case "iceberg": {
      const { code, context, retryable } = told;
      return new IcebergError(code, message, { context, retryable, cause });
    }
    case "sink":
      return new SinkError(told.code, message, { context: told.context, cause });
    case "other": {
      const { name, code } = told;
      return Object.assign(new Error(message, { cause }), { name }, code !== undefined && { code });
    }
    default:
      return kind satisfies never;
  }
}

/** Contexts are of any values; a function among them would keep the error from being told. */
function portableContext(
  context: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  try {
    return structuredClone(context);
  } catch {
    return Object.fromEntries(Object.entries(context).map(([key, value]) => [key, String(value)]));
  }
}
