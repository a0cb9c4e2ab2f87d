import { useSharedServices } from "@salon/testkit";
import { describeMainJob } from "./kit/describe-main-job.ts";

describeMainJob({
  name: "kafka",
  broker: () => useSharedServices().kafka,
  hasTransactions: true,
  count: 200_000,
  engines: ["pyiceberg", "duckdb", "spark"],
});
