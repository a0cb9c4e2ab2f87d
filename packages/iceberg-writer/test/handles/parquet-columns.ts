import type { Column } from "@salon/columns";
import { Handles } from "./handles.ts";

/** A row group of a file: where the handles of its columns begin. */
export interface KeptRowGroup {
  readonly offset: number;
  readonly rowCount: number;
}

/** What the footer of a file tells. */
export interface KeptFooter {
  readonly fieldIds: readonly number[];
  readonly rowGroups: readonly KeptRowGroup[];
}

/** Columns of row groups, one handle each. */
export const columnHandles: Handles<Column> = new Handles("a column chunk");

/** The last bytes of files. */
export const footerHandles: Handles<KeptFooter> = new Handles("a Parquet footer");
