/** How brokers are reached: each way must behave as the other does. */
export const DRIVERS = ["salon", "kafkajs"] as const;

export type DriverName = (typeof DRIVERS)[number];

/** The driver that a program is told to use. */
export function driverNamed(name: string | undefined): DriverName {
  const found = DRIVERS.find((driver) => driver === name);
  if (found === undefined) throw new Error(`no driver ${name}`);
  return found;
}
