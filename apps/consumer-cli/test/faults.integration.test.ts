import { useSharedServices } from "@salon/testkit";
import { describeFaults } from "./kit/describe-faults.ts";

describeFaults({ name: "kafka", broker: () => useSharedServices().kafka, hasTransactions: true });
