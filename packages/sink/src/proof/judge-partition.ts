import type { PartitionLedger } from "../protocol/ledger.ts";
import { severityOf } from "./finding.ts";
import type { Finding, Tolerance } from "./finding.ts";
import type { OffsetAccount } from "./offset-account.ts";
import { describeOffsets, sampleOf } from "./offset-sample.ts";
import type { OffsetSample } from "./offset-sample.ts";

type PartitionFinding = Pick<Finding, "code" | "severity" | "offsets" | "message">;

/**
 * Holds what was found of a partition to its ledger; what lies below an adopted one is not its own.
 */
export function judgePartition(
  ledger: PartitionLedger,
  account: OffsetAccount,
  { allowDeletes, allowLost, isAdopted }: Tolerance & { readonly isAdopted: boolean },
): readonly PartitionFinding[] {
  const findings: PartitionFinding[] = [];
  const missingRows = ledger.rows - account.counts.row;
  const missingDead = ledger.dead - account.counts.dead;
  if (missingRows > 0 || missingDead > 0) {
    const absent = sampleOf(account.found.absentIn(account.expected));
    // Where the ledger counts gaps too, nothing here tells them from what is missing.
    const isExact = absent.count === Math.max(missingRows, 0) + Math.max(missingDead, 0);
    const where = `${isExact ? "at" : "among"} offsets ${describeOffsets(absent)}`;
    const severity = severityOf(allowDeletes);
    if (missingRows > 0) {
      const message = `${missingRows} of ${ledger.rows} rows are missing, ${where}`;
      findings.push({ code: "ROWS_MISSING", severity, offsets: absent, message });
    }
    if (missingDead > 0) {
      const message = `${missingDead} of ${ledger.dead} dead letters are missing, ${where}`;
      findings.push({ code: "DEAD_LETTERS_MISSING", severity, offsets: absent, message });
    }
  }
  if (missingRows < 0) {
    const message = `${-missingRows} more rows than the ${ledger.rows} of the ledger`;
    findings.push({ code: "ROWS_SURPLUS", severity: "failure", message });
  }
  if (missingDead < 0) {
    const message = `${-missingDead} more dead letters than the ${ledger.dead} of the ledger`;
    findings.push({ code: "DEAD_LETTERS_SURPLUS", severity: "failure", message });
  }
  const outside = `outside of the recorded ${ledger.first} to ${ledger.next - 1}`;
  findings.push(
    ...sampled(account.repeated.sample(), "OFFSETS_REPEATED", "there more than once"),
    ...(isAdopted ? [] : sampled(account.below.sample(), "OFFSETS_UNEXPECTED", outside)),
    ...sampled(account.beyond.sample(), "OFFSETS_UNEXPECTED", outside),
  );
  if (ledger.lost > 0) {
    const message = `${ledger.lost} offsets were deleted by retention before they were read`;
    findings.push({ code: "OFFSETS_LOST", severity: severityOf(allowLost), message });
  }
  if (ledger.unproved > 0) {
    const message = `${ledger.unproved} offsets are holes that a recovery accepted`;
    findings.push({ code: "OFFSETS_UNPROVED", severity: severityOf(allowLost), message });
  }
  return findings;
}

function sampled(
  offsets: OffsetSample,
  code: Finding["code"],
  what: string,
): readonly PartitionFinding[] {
  if (offsets.count === 0) return [];
  const times = offsets.count === 1 ? "offset is" : "offsets are";
  const message = `${offsets.count} ${times} ${what}: ${describeOffsets(offsets)}`;
  return [{ code, severity: "failure", offsets, message }];
}
