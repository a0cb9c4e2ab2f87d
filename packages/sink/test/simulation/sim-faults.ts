import { IcebergError } from "@salon/iceberg-writer";

/** How often things go wrong, from 0 to 1; all of it ends when `isOver` says so. */
export interface FaultRates {
  /** Of requests to the catalog's server that do not reach it, or that it does not take. */
  readonly unavailable: number;
  /** Of requests to the store. */
  readonly storage: number;
  /** Of calls that end a member for good, whatever else it has under way. */
  readonly refusal: number;
  /** Of commits: an answer that is none, a rejection that is no proof, one that takes long. */
  readonly commit: number;
  readonly isOver: () => boolean;
  /** Whether the catalog answers nobody for a while. */
  readonly isAway: () => boolean;
}

/** The weather of those who are spared. */
export const NO_FAULTS: FaultRates = {
  unavailable: 0,
  storage: 0,
  refusal: 0,
  commit: 0,
  isOver: () => true,
  isAway: () => false,
};

/** Whether an error is that of a call which was refused for good. */
export function isRefusal(error: unknown): boolean {
  const codes = ["CATALOG_UNAUTHORIZED", "STORAGE_FULL", "ACCESS_DENIED"];
  return error instanceof IcebergError && codes.includes(error.code);
}
