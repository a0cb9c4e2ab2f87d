/** Draining a backlog on one core, beside Kafka Connect with Iceberg's sink on the same core. */
import { drainAgainst } from "./against.ts";
import { kafkaConnect } from "./peers/kafka-connect.ts";

await drainAgainst(kafkaConnect);
