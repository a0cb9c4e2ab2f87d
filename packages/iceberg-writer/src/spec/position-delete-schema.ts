import type { NestedField } from "./type.ts";

/** The location of a data file (spec: Reserved Field IDs). */
export const DELETED_FILE_PATH: NestedField = {
  id: 2_147_483_546,
  name: "file_path",
  required: true,
  type: { kind: "string" },
};

/** The position of a deleted row in its data file, from 0 (spec: Reserved Field IDs). */
export const DELETED_POSITION: NestedField = {
  id: 2_147_483_545,
  name: "pos",
  required: true,
  type: { kind: "long" },
};
