import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIRTY_KIND_NAMES, DIRTY_KINDS } from "../src/dirty-kind.ts";
import {
  createRatingGenerator,
  type GeneratedEvent,
  type RatingGeneratorSettings,
} from "../src/rating-generator.ts";
import { isValidRecord } from "./section-four.ts";

const HISTORY = {
  kind: "history",
  from: "2025-01-13T00:00:00",
  to: "2025-01-20T00:00:00",
  count: 10_000,
} as const;

function take(settings: RatingGeneratorSettings, count: number): readonly GeneratedEvent[] {
  const generator = createRatingGenerator(settings);
  return Array.from({ length: count }, () => generator.next());
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

const seeds = fc.nat({ max: 2 ** 32 - 1 });
const CLEAN =
  /^\{"customer_id":(\d+),"branch_id":(\d+),"employee_id":(\d+),"treatment_id":(\d+),"rating_value":(\d\.\d),"comment":"([^"\\]+)","timestamp":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)"\}$/;

describe("a clean stream", () => {
  it("has seven fields in their ranges, and the customer as key", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        for (const event of take({ seed, timestamps: HISTORY }, 50)) {
          const match = CLEAN.exec(text(event.value) ?? "");
          const [customer, branch, employee, treatment, rating] = (match ?? [])
            .slice(1, 6)
            .map(Number) as [number, number, number, number, number];
          expect({ kind: event.kind, valid: event.valid }).toEqual({ kind: "clean", valid: true });
          expect(text(event.key)).toBe(String(customer));
          for (const [value, max] of [
            [customer, 20],
            [branch, 5],
            [employee, 10],
            [treatment, 15],
            [rating, 5],
          ] as const) {
            expect(value).toBeGreaterThanOrEqual(1);
            expect(value).toBeLessThanOrEqual(max);
          }
          // Employees 1 and 2 work in branch 1, and so on.
          expect(Math.ceil(employee / 2)).toBe(branch);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("shows now, on the wall clock, where it is live", () => {
    let now = new Date(2025, 0, 15, 10, 30, 0);
    const generator = createRatingGenerator({ seed: 1 }, { clock: () => now });
    expect(text(generator.next().value)).toContain('"timestamp":"2025-01-15T10:30:00"');
    now = new Date(2031, 11, 31, 23, 59, 59, 999);
    expect(text(generator.next().value)).toContain('"timestamp":"2031-12-31T23:59:59"');
  });
});

describe("the distribution", () => {
  const records = take({ seed: 42, timestamps: HISTORY }, 10_000).map(
    ({ value }) =>
      JSON.parse(text(value) ?? "") as {
        customer_id: number;
        branch_id: number;
        employee_id: number;
        treatment_id: number;
        rating_value: number;
        comment: string;
      },
  );

  it.each([
    ["customer_id", 20],
    ["branch_id", 5],
    ["employee_id", 10],
    ["treatment_id", 15],
  ] as const)("meets every %s", (name, count) => {
    const seen = new Set(records.map((record) => record[name]));
    expect(seen.size).toBe(count);
  });

  // Shares: branch 0.7 + 0.3 / 5 = 0.76; treatment 0.5 + 0.5 / 15 = 0.53; employee
  // 0.76 * (0.6 + 0.4 / 2) = 0.61. The rarest customer has weight 1 of at most 77, so about
  // 130 of 10,000 visits, less five standard deviations 73; five of a share of 73 draws are 0.3.
  it.each([
    ["branch_id", 0.76],
    ["treatment_id", 0.53],
    ["employee_id", 0.61],
  ] as const)("gives every customer a favourite %s", (name, share) => {
    for (let customer = 1; customer <= 20; customer++) {
      const visits = records.filter(({ customer_id: id }) => id === customer);
      const counts = Object.values(Object.groupBy(visits, (record) => record[name])).map(
        (group) => group?.length ?? 0,
      );
      expect(visits.length).toBeGreaterThan(70);
      expect(Math.abs(Math.max(...counts) / visits.length - share)).toBeLessThan(0.3);
    }
  });

  it("has comments that agree with the rating", () => {
    // The five moods begin at 1.5, 2.5, 3.5 and 4.5; no comment is in two of them.
    const moods = new Map<string, Set<number>>();
    for (const { comment, rating_value: rating } of records) {
      moods.set(comment, (moods.get(comment) ?? new Set()).add(Math.floor(rating + 0.5)));
    }
    for (const [comment, mood] of moods) {
      expect({ comment, moods: mood.size }).toEqual({ comment, moods: 1 });
    }
    expect(moods.size).toBeGreaterThan(100);
  });

  it("rates a little below four on average, from the worst to the best", () => {
    const ratings = records.map(({ rating_value: rating }) => rating);
    const mean = ratings.reduce((sum, rating) => sum + rating, 0) / ratings.length;
    expect(mean).toBeGreaterThan(3.3);
    expect(mean).toBeLessThan(4.3);
    expect(Math.min(...ratings)).toBeLessThan(1.5);
    expect(Math.max(...ratings)).toBe(5);
  });
});

describe("determinism", () => {
  it("gives the same stream for the same settings", () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: 0, max: 1, noNaN: true }), (seed, dirtyShare) => {
        const settings = { seed, dirtyShare, timestamps: HISTORY };
        expect(take(settings, 100)).toEqual(take(settings, 100));
      }),
      { numRuns: 30 },
    );
  });

  it("gives other streams for other seeds, also for neighbours", () => {
    const starts = [0, 1, 2, 3, 2 ** 32 - 1].map((seed) =>
      take({ seed, timestamps: HISTORY }, 5)
        .map(({ value }) => text(value))
        .join("\n"),
    );
    expect(new Set(starts).size).toBe(starts.length);
  });

  it("writes the same events in batches of any size", () => {
    fc.assert(
      fc.property(
        seeds,
        fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 5 }),
        (seed, sizes) => {
          const settings = { seed, dirtyShare: 0.5, timestamps: HISTORY };
          const generator = createRatingGenerator(settings);
          const events = sizes.flatMap((size) => {
            const batch = generator.nextBatch(size);
            const slice = (starts: Int32Array, ends: Int32Array, i: number) =>
              starts[i] === -1 ? undefined : batch.buffer.slice(starts[i], ends[i]);
            expect(batch.buffer.length - Math.max(0, ...batch.valueEnds)).toBeGreaterThanOrEqual(
              64,
            );
            return Array.from({ length: batch.count }, (_, i) => ({
              key: slice(batch.keyStarts, batch.keyEnds, i),
              value: slice(batch.valueStarts, batch.valueEnds, i),
              kind: batch.kinds[i],
            }));
          });
          const single = take(settings, events.length);
          expect(events).toEqual(single.map(({ key, value, kind }) => ({ key, value, kind })));
        },
      ),
      { numRuns: 30 },
    );
  });

  it("counts the invalid events of a batch", () => {
    const settings = { seed: 5, dirtyShare: 0.5, timestamps: HISTORY };
    const invalid = take(settings, 1_000).filter(({ valid }) => !valid).length;
    expect(createRatingGenerator(settings).nextBatch(1_000).invalidCount).toBe(invalid);
  });
});

describe("a dirty stream", () => {
  it.each(DIRTY_KIND_NAMES)("knows whether %s is valid", (kind) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const settings = { seed, dirtyShare: 1, dirtyKinds: [kind], timestamps: HISTORY };
        for (const event of take(settings, 60)) {
          expect({ value: text(event.value), valid: event.valid }).toEqual({
            value: text(event.value),
            valid: isValidRecord(event.value),
          });
        }
      }),
      { numRuns: 25 },
    );
  });

  it("has every kind equally often, in the share that is asked for", () => {
    const counts = new Map<string, number>();
    const events = take({ seed: 9, dirtyShare: 0.24, timestamps: HISTORY }, 50_000);
    for (const { kind } of events) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    // 50,000 * 0.76 = 38,000 clean, standard deviation 95; 500 of each of 24 kinds, deviation 22.
    expect(Math.abs((counts.get("clean") ?? 0) - 38_000)).toBeLessThan(5 * 95);
    for (const kind of DIRTY_KIND_NAMES) {
      expect(Math.abs((counts.get(kind) ?? 0) - 500)).toBeLessThan(5 * 23);
    }
  });

  it("repeats the event before in a duplicate, with its validity", () => {
    const events = take({ seed: 3, dirtyShare: 0.7, timestamps: HISTORY }, 5_000);
    const duplicates = events.flatMap((event, i) => (event.kind === "duplicate" ? [i] : []));
    expect(duplicates.length).toBeGreaterThan(50);
    for (const i of duplicates) {
      const { kind: _, ...before } = events[i - 1] ?? { kind: "clean" };
      expect(events[i]).toEqual({ ...before, kind: "duplicate" });
    }
  });

  it("starts clean where there is nothing to repeat", () => {
    const [first] = take({ seed: 1, dirtyShare: 1, dirtyKinds: ["duplicate"] }, 1);
    expect(first?.kind).toBe("clean");
  });

  it("has no key exactly where the customer id is no right one, and never a line break", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        for (const event of take({ seed, dirtyShare: 1, timestamps: HISTORY }, 100)) {
          expect(event.value?.includes(0x0a) ?? false).toBe(false);
          if (!event.valid || event.kind === "duplicate") continue;
          const { customer_id: id = null } = JSON.parse(text(event.value) ?? "") as {
            customer_id?: number | null;
          };
          expect(text(event.key)).toBe(id === null ? undefined : String(id));
        }
      }),
      { numRuns: 30 },
    );
  });

  it("describes every kind", () => {
    for (const { summary } of Object.values(DIRTY_KINDS)) expect(summary).toMatch(/^[^.]+/);
  });
});

describe("createRatingGenerator", () => {
  it.each([
    [{ seed: -1 }, "seed"],
    [{ seed: 2 ** 32 }, "seed"],
    [{ seed: 0.5 }, "seed"],
    [{ seed: 1, dirtyShare: 1.01 }, "dirtyShare"],
    [{ seed: 1, dirtyShare: Number.NaN }, "dirtyShare"],
    [{ seed: 1, dirtyKinds: [] }, "dirtyKinds"],
    [{ seed: 1, timestamps: { ...HISTORY, from: "yesterday" } }, "timestamps.from"],
    [{ seed: 1, timestamps: { ...HISTORY, to: HISTORY.from } }, "timestamps.to"],
    [{ seed: 1, timestamps: { ...HISTORY, to: "2999-01-01T00:00:00" } }, "timestamps.to"],
    [{ seed: 1, timestamps: { ...HISTORY, count: 0 } }, "timestamps.count"],
  ])("refuses %j", (settings, name) => {
    expect(() => createRatingGenerator(settings)).toThrow(
      expect.objectContaining({
        code: "SETTINGS_INVALID",
        message: expect.stringContaining(name),
      }),
    );
  });
});
