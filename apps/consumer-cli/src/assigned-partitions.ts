import { CommandLineError } from "@salon/command-line";

/** The partitions of `--assign`, in order; a usage error where it is no list of different ones. */
export function parsePartitions(text: string): readonly number[] {
  const numbers = text.split(",").map((part) => part.trim());
  const partitions = [...new Set(numbers.map(Number))].toSorted((a, b) => a - b);
  const isList = numbers.every((number) => /^\d{1,9}$/.test(number));
  if (isList && partitions.length === numbers.length) return partitions;
  const message = `--assign takes different partitions, as 0,1,2, not "${text}"`;
  throw new CommandLineError("USAGE_INVALID", message);
}
