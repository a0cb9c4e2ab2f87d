import fc from "fast-check";
import { expect, it } from "vitest";
import { FIRST_LOCAL_SECONDS, LAST_LOCAL_SECONDS } from "../src/local-date-time.ts";
import { joinFields, ratingFields, serializeRating, writeRating } from "../src/rating-json.ts";

const rating = fc.record({
  customerId: fc.integer({ min: 1, max: 20 }),
  branchId: fc.integer({ min: 1, max: 5 }),
  employeeId: fc.integer({ min: 1, max: 10 }),
  treatmentId: fc.integer({ min: 1, max: 15 }),
  ratingTenths: fc.integer({ min: 10, max: 50 }),
  comment: fc.constantFrom("Flawless manicure, wow!", "Très chic, merci beaucoup!", ""),
  timestamp: fc.integer({ min: FIRST_LOCAL_SECONDS, max: LAST_LOCAL_SECONDS }),
});

it("writes the object that its fields make, as text and as bytes", () => {
  const target = Buffer.alloc(1_000);
  fc.assert(
    fc.property(rating, fc.nat({ max: 100 }), (given, at) => {
      const text = joinFields(ratingFields(given));
      expect(serializeRating(given)).toBe(text);
      expect(target.toString("utf8", at, writeRating(given, target, at))).toBe(text);
    }),
  );
});
