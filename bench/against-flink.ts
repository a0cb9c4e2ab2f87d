/**
 * Row 5, and CPU seconds of row 4 beside Flink's: draining a backlog on one core, beside Flink on
 * the same core, topic and kind of table.
 */
import { drainAgainst } from "./against.ts";
import { flink } from "./peers/flink.ts";

await drainAgainst(flink);
