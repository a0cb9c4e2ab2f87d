/** A rating of this run. Its comment is in no other record. */
export interface SmokeRating {
  readonly customer_id: number;
  readonly branch_id: number;
  readonly employee_id: number;
  readonly treatment_id: number;
  readonly rating_value: number;
  readonly comment: string;
  readonly timestamp: string;
}

/** A rating, and where Kafka has it. */
export interface PlacedRating {
  readonly rating: SmokeRating;
  readonly partition: number;
  readonly offset: number;
}

/** Of customers whose keys go to different partitions where there are some. */
const CUSTOMERS = [3, 7, 12] as const;

/** Three ratings that keep to the rules of ratings, and are marked by the id of the run. */
export function smokeRatings(id: string, now: Date): readonly SmokeRating[] {
  return CUSTOMERS.map((customer, index) => ({
    customer_id: customer,
    branch_id: index + 1,
    employee_id: index + 1,
    treatment_id: index + 1,
    rating_value: 4.5,
    comment: `smoke test ${id}, ${index + 1} of ${CUSTOMERS.length}`,
    timestamp: localDateTime(now),
  }));
}

/** The record that carries a rating, keyed as the producer keys it. */
export function recordOf(rating: SmokeRating): { readonly key: Buffer; readonly value: Buffer } {
  return {
    key: Buffer.from(String(rating.customer_id)),
    value: Buffer.from(JSON.stringify(rating)),
  };
}

/** As the wall clock shows it: `2025-01-15T10:30:00`. */
function localDateTime(now: Date): string {
  const parts = [now.getMonth() + 1, now.getDate(), now.getHours(), now.getMinutes()];
  const [month, day, hours, minutes] = parts.map(twoDigits);
  const seconds = twoDigits(now.getSeconds());
  return `${now.getFullYear()}-${month}-${day}T${hours}:${minutes}:${seconds}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}
