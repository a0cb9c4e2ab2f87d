import { defineEventSchema, type EventSchema } from "./event-schema.ts";

/** A customer's rating of a treatment in a nail salon. */
export const ratingsSchema: EventSchema = defineEventSchema({
  name: "ratings",
  fields: [
    { name: "customer_id", type: "int" },
    { name: "branch_id", type: "int" },
    { name: "employee_id", type: "int" },
    { name: "treatment_id", type: "int" },
    { name: "rating_value", type: "float" },
    { name: "comment", type: "string" },
    { name: "timestamp", type: "local-date-time" },
  ],
});
