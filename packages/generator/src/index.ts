export { DIRTY_KIND_NAMES, DIRTY_KINDS } from "./dirty-kind.ts";
export type { DirtyKind, DirtyKindDescription } from "./dirty-kind.ts";
export { BATCH_SLACK_BYTES } from "./event-batch.ts";
export type { EventBatch } from "./event-batch.ts";
export { GeneratorError } from "./generator-error.ts";
export type { GeneratorErrorCode } from "./generator-error.ts";
export { createRatingGenerator } from "./rating-generator.ts";
export type {
  GeneratedEvent,
  RatingGenerator,
  RatingGeneratorComponents,
  RatingGeneratorSettings,
  TimestampSettings,
} from "./rating-generator.ts";
