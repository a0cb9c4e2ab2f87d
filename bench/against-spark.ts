/** Draining a backlog on one core, beside Spark Structured Streaming on the same core. */
import { drainAgainst } from "./against.ts";
import { spark } from "./peers/spark.ts";

await drainAgainst(spark);
