import type { TableCommit } from "../catalog/catalog.ts";
import { MAIN_BRANCH } from "../spec/snapshot-ref.ts";
import type { Snapshot } from "../spec/snapshot.ts";
import type { TableMetadata } from "../spec/table-metadata.ts";
import type { TableUpdate } from "../spec/table-update.ts";
import type { AttemptAdditions } from "./staged-append.ts";

/**
 * The commit that puts a snapshot on `main`. It asserts all that the snapshot was made from, `main`
 * itself first; the ref keeps its retention settings.
 */
export function appendCommit(
  base: TableMetadata,
  snapshot: Snapshot,
  additions: AttemptAdditions,
): TableCommit {
  const main = base.refs[MAIN_BRANCH];
  const { upgradeFormatVersion, setProperties = {}, removeProperties = [] } = additions;
  const updates: TableUpdate[] = [];
  if (upgradeFormatVersion !== undefined && base.formatVersion < upgradeFormatVersion) {
    updates.push({ action: "upgrade-format-version", formatVersion: upgradeFormatVersion });
  }
  updates.push(
    { action: "add-snapshot", snapshot },
    {
      action: "set-snapshot-ref",
      refName: MAIN_BRANCH,
      ref: { ...main, type: "branch", snapshotId: snapshot.snapshotId },
    },
  );
  if (Object.keys(setProperties).length > 0) {
    updates.push({ action: "set-properties", updates: setProperties });
  }
  if (removeProperties.length > 0) {
    updates.push({ action: "remove-properties", removals: removeProperties });
  }
  return {
    requirements: [
      { type: "assert-table-uuid", uuid: base.tableUuid },
      {
        type: "assert-ref-snapshot-id",
        ref: MAIN_BRANCH,
        ...(main === undefined ? {} : { snapshotId: main.snapshotId }),
      },
      { type: "assert-current-schema-id", currentSchemaId: base.currentSchemaId },
      { type: "assert-default-spec-id", defaultSpecId: base.defaultSpecId },
    ],
    updates,
  };
}
