/**
 * Row 2: JSON bytes of ratings -> columns where each comment is another one, 40 to 60 bytes of free
 * text, against the same by JSON.parse.
 */
import { benchArguments } from "./bench-arguments.ts";
import { MEASURED_CORE, pinToCore } from "./cores.ts";
import { reportDecoding } from "./decode-rounds.ts";
import { freeText } from "./free-text.ts";
import { describeMachine, peakMemoryMib } from "./measured.ts";
import { ratingChunks, rewriteValues } from "./rating-chunks.ts";

const { rows, seed, runs } = benchArguments({ rows: 1_000_000 });
pinToCore(MEASURED_CORE);
const nextText = freeText(seed);
const chunks = rewriteValues(ratingChunks(rows, seed), (text) =>
  text.replace(/"comment":"[^"]*"/, () => `"comment":"${nextText()}"`),
);
console.log(`${describeMachine()}; ${rows} rows, seed ${seed}, median of ${runs} rounds`);
await reportDecoding("each comment another one", chunks, runs);
console.log(`peak memory ${peakMemoryMib()} MiB, input included`);
