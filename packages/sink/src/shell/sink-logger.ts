/** Where the sink tells what it does; pino's loggers fit as they are. */
export interface SinkLogger {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** A logger whose every line has these fields, under its own. */
export function withFields(
  logger: SinkLogger,
  fields: Readonly<Record<string, unknown>>,
): SinkLogger {
  return {
    debug: (own, message) => logger.debug({ ...fields, ...own }, message),
    info: (own, message) => logger.info({ ...fields, ...own }, message),
    warn: (own, message) => logger.warn({ ...fields, ...own }, message),
  };
}
