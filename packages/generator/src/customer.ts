import type { Random } from "./random.ts";

const CUSTOMER_COUNT = 20;
const BRANCH_COUNT = 5;
const EMPLOYEE_COUNT = 10;
const TREATMENT_COUNT = 15;

const EMPLOYEES_PER_BRANCH = EMPLOYEE_COUNT / BRANCH_COUNT;
/** Shares of a customer's visits that go to the favourite. */
const FAVOURITE_BRANCH_SHARE = 0.7;
const FAVOURITE_EMPLOYEE_SHARE = 0.6;
const FAVOURITE_TREATMENT_SHARE = 0.5;

/** Who rates, and what they like. */
interface Customer {
  readonly id: number;
  readonly favouriteBranchId: number;
  /** Works in the favourite branch. */
  readonly favouriteEmployeeId: number;
  readonly favouriteTreatmentId: number;
  /** Added to each rating, in tenths: some are kinder than others. */
  readonly kindnessTenths: number;
}

/** Everyone of one stream: the customers, and how well the employees work. */
export interface Population {
  readonly customers: readonly Customer[];
  /** Ids of customers, each as often as that customer comes compared with others. */
  readonly visits: readonly number[];
  /** By employee id, from 1; added to each rating, in tenths. */
  readonly skillTenths: readonly number[];
}

/** A customer's visit: who does what, where. */
export interface Visit {
  readonly customer: Customer;
  readonly branchId: number;
  readonly employeeId: number;
  readonly treatmentId: number;
}

/** Draws the customers and employees of a stream. */
export function createPopulation(random: Random): Population {
  const customers = Array.from({ length: CUSTOMER_COUNT }, (_, index): Customer => {
    const favouriteBranchId = 1 + random.below(BRANCH_COUNT);
    return {
      id: index + 1,
      favouriteBranchId,
      favouriteEmployeeId: drawEmployee(favouriteBranchId, random),
      favouriteTreatmentId: 1 + random.below(TREATMENT_COUNT),
      kindnessTenths: random.below(9) - 4,
    };
  });
  return {
    customers,
    // Regulars come up to four times as often as others.
    visits: customers.flatMap(({ id }) => Array<number>(1 + random.below(4)).fill(id)),
    skillTenths: Array.from({ length: EMPLOYEE_COUNT }, () => random.below(12) - 5),
  };
}

/** Draws the next visit. */
export function drawVisit(population: Population, random: Random): Visit {
  const customer = population.customers[random.pick(population.visits) - 1]!;
  const branchId =
    random.unit() < FAVOURITE_BRANCH_SHARE
      ? customer.favouriteBranchId
      : 1 + random.below(BRANCH_COUNT);
  const isFavourite =
    random.unit() < FAVOURITE_EMPLOYEE_SHARE && branchId === customer.favouriteBranchId;
  return {
    customer,
    branchId,
    employeeId: isFavourite ? customer.favouriteEmployeeId : drawEmployee(branchId, random),
    treatmentId:
      random.unit() < FAVOURITE_TREATMENT_SHARE
        ? customer.favouriteTreatmentId
        : 1 + random.below(TREATMENT_COUNT),
  };
}

/** Two employees work in each branch, in the order of their ids. */
function drawEmployee(branchId: number, random: Random): number {
  return (branchId - 1) * EMPLOYEES_PER_BRANCH + 1 + random.below(EMPLOYEES_PER_BRANCH);
}
