import type { CommandExample } from "@salon/command-line";

/** What `--help` shows of how the command is used. */
export const EXAMPLES: readonly CommandExample[] = [
  {
    does: "From Kafka at localhost:29092 into a table below ./warehouse:",
    line: "salon-consume",
  },
  {
    does: "What the topic has by now, and then end:",
    line: "salon-consume --starting-offsets earliest --trigger available-now",
  },
  {
    does: "Into a store like MinIO, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY set:",
    line:
      "salon-consume --warehouse s3a://warehouse \\\n" +
      "--catalog-property s3.endpoint=http://localhost:9000 \\\n" +
      "--catalog-property s3.path-style-access=true",
  },
  {
    does: "Into a REST catalog, with rules for the values:",
    line: "salon-consume --catalog rest --catalog-property uri=http://localhost:8181 --rules ratings",
  },
];
