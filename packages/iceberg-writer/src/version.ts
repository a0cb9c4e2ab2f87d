/** The version of this package, as snapshots and files that it writes record it. */
export const VERSION = "0.1.0";
