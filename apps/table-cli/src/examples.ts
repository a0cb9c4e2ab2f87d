import type { CommandExample } from "@salon/command-line";

const REST = "--catalog rest --catalog-property uri=http://localhost:8181";
const KAFKA = "--bootstrap-servers localhost:29092";

/** What `--help` shows of how each of the commands is used. */
export const EXAMPLES: Readonly<Record<string, readonly CommandExample[]>> = {
  describe: [
    { does: "The table below ./warehouse:", line: "salon-table describe" },
    { does: "One of a REST catalog:", line: `salon-table describe ${REST}` },
  ],
  snapshots: [{ does: "The newest first:", line: "salon-table snapshots" }],
  files: [
    { does: "Of the current snapshot:", line: "salon-table files" },
    { does: "Of another one, as JSON:", line: "salon-table files --snapshot-id 123 --json" },
  ],
  "dead-letters": [
    { does: "Counts, and three samples of each cause:", line: "salon-table dead-letters" },
    {
      does: "More samples of what one rule ruled out:",
      line: "salon-table dead-letters --cause rule:rating-range --limit 20",
    },
  ],
  verify: [
    { does: "By the ledger and the rows:", line: "salon-table verify" },
    { does: "And by the offsets of the topic:", line: `salon-table verify ${KAFKA}` },
    { does: "And by every value:", line: `salon-table verify ${KAFKA} --deep` },
  ],
  "recover-position": [
    {
      does: "What would be recorded:",
      line: "salon-table recover-position --topic nail_salon_ratings --dry-run",
    },
    { does: "Record it:", line: "salon-table recover-position --topic nail_salon_ratings" },
  ],
  adopt: [
    {
      does: "Go on where a job stopped:",
      line:
        "salon-table adopt --topic nail_salon_ratings \\\n" +
        "--spark-checkpoint s3a://warehouse/checkpoints/ratings",
    },
  ],
};
