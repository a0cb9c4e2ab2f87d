/**
 * A deliberate defect: texts of the sources, each of which is there once, and what stands there
 * then.
 */
export interface Mutation {
  readonly name: string;
  /** The histories that it can show in, of every twenty; in any where it is absent. */
  readonly among?: number;
  readonly edits: readonly {
    /** Below `packages/`. */
    readonly file: string;
    readonly find: string;
    readonly replace: string;
  }[];
}
