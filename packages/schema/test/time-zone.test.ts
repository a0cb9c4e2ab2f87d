import { describe, expect, it } from "vitest";
import { parseLocalDateTime } from "../src/local-date-time.ts";
import { createTimeZone } from "../src/time-zone.ts";

/** Instants as java.time's `LocalDateTime.atZone(zone).toInstant()` defines them. */
const INSTANTS: readonly [string, string, string][] = [
  ["UTC", "2025-01-15T10:30:00", "2025-01-15T10:30:00Z"],
  ["Asia/Kolkata", "2025-01-15T10:30:00", "2025-01-15T05:00:00Z"],
  ["Europe/Berlin", "2025-03-30T01:59:59", "2025-03-30T00:59:59Z"],
  // Clocks skip 02:00 to 03:00: such a time moves forward by an hour.
  ["Europe/Berlin", "2025-03-30T02:30:00", "2025-03-30T01:30:00Z"],
  ["Europe/Berlin", "2025-03-30T03:00:00", "2025-03-30T01:00:00Z"],
  // Clocks show 02:00 to 03:00 twice: the earlier, in summer time.
  ["Europe/Berlin", "2025-10-26T01:59:59", "2025-10-25T23:59:59Z"],
  ["Europe/Berlin", "2025-10-26T02:30:00", "2025-10-26T00:30:00Z"],
  ["Europe/Berlin", "2025-10-26T03:00:00", "2025-10-26T02:00:00Z"],
  // From local mean time, +00:53:28, to +01:00.
  ["Europe/Berlin", "1893-03-31T23:59:59", "1893-03-31T23:06:31Z"],
  ["Europe/Berlin", "1893-04-01T00:06:32", "1893-03-31T23:06:32Z"],
  ["America/New_York", "2024-11-03T01:30:00", "2024-11-03T05:30:00Z"],
  ["America/New_York", "2024-11-03T02:00:00", "2024-11-03T07:00:00Z"],
  // A change of half an hour, south of the equator.
  ["Australia/Lord_Howe", "2025-04-06T01:45:00", "2025-04-05T14:45:00Z"],
  ["Australia/Lord_Howe", "2025-10-05T02:15:00", "2025-10-04T15:45:00Z"],
  // A whole day that Samoa left out.
  ["Pacific/Apia", "2011-12-29T23:00:00", "2011-12-30T09:00:00Z"],
  ["Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00Z"],
  ["Pacific/Apia", "2011-12-31T00:00:00", "2011-12-30T10:00:00Z"],
  ["Pacific/Kiritimati", "2025-01-01T00:00:00", "2024-12-31T10:00:00Z"],
  ["UTC", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z"],
  ["Etc/GMT-14", "0001-01-01T00:00:00", "0000-12-31T10:00:00Z"],
  ["Etc/GMT+12", "9999-12-31T23:59:59", "+010000-01-01T11:59:59Z"],
];

describe("createTimeZone", () => {
  it.each(INSTANTS)("%s: %s is %s", (name, text, instant) => {
    const { epochDay, secondOfDay } = parseLocalDateTime(text)!;
    const second = createTimeZone(name).instantOf(epochDay, secondOfDay);
    expect(second).toBe(Date.parse(instant) / 1000);
  });

  it("answers the same from what it remembers", () => {
    const zone = createTimeZone("Europe/Berlin");
    const { epochDay, secondOfDay } = parseLocalDateTime("2025-03-30T02:30:00")!;
    const first = zone.instantOf(epochDay, secondOfDay);
    expect(zone.instantOf(epochDay, secondOfDay)).toBe(first);
  });

  it("refuses an unknown zone", () => {
    expect(() => createTimeZone("Mars/Olympus")).toThrow(
      expect.objectContaining({ code: "TIME_ZONE_UNKNOWN" }),
    );
  });
});
