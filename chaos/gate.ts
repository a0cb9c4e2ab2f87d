import type { Fault as ProxyFault, FaultHit, FaultProxy, ProxiedRequest } from "@salon/testkit";
import type { Member } from "./member.ts";
import type { Freeze, Gate } from "./plan.ts";
import { MAIN_TABLE } from "./stage.ts";
import { withinLimit } from "./within-limit.ts";

/** A member that is about to be stopped. */
export interface ArmedGate {
  /** Resolves when the member has come to the gate, where it is held. */
  readonly reached: Promise<unknown>;
  /** Lets go what is held; resolves when the other side has done with it. */
  release(): Promise<void>;
}

/** Kafka's API keys (protocol guide, "Api Keys"). */
const FETCH = 1;
const OFFSET_COMMIT = 8;
const SYNC_GROUP = 14;
const CONSUMER_GROUP_HEARTBEAT = 68;

/** Past the first, which a member sends with nothing fetched. */
const FETCH_COUNT = 3;
/** The one that follows the first, by which a member joins. */
const SECOND = 2;

/** Holds the member at a gate, as soon as it comes there. */
export function armGate(member: Member, gate: Gate): ArmedGate {
  switch (gate) {
    case "after-fetch":
      return holdKafka(member, FETCH, FETCH_COUNT);
    case "during-upload":
      return holdHttp(member.store, isParquetUpload, "delay-request");
    case "before-commit":
      return holdCommit(member, "delay-request");
    case "commit-unanswered":
      return holdCommit(member, "delay-response");
    case "before-mirror":
      return holdKafka(member, OFFSET_COMMIT);
    case "during-assignment":
      return member.groupProtocol === "classic"
        ? holdKafka(member, SYNC_GROUP)
        : holdKafka(member, CONSUMER_GROUP_HEARTBEAT, SECOND);
    default:
      return gate satisfies never;
  }
}

/** Holds the member's commit while it is frozen. */
export function armFreeze(member: Member, freeze: Freeze): ArmedGate {
  return holdCommit(member, freeze === "commit-lands-late" ? "delay-request" : "delay-response");
}

function holdKafka(member: Member, apiKey: number, nth = 1): ArmedGate {
  const hold = member.kafka.holdRequest({ apiKey, nth });
  return { reached: hold.reached, release: async () => hold.release() };
}

/** A REST catalog is asked by POST; in the hadoop layout a commit is a new version file. */
function holdCommit(member: Member, kind: HttpHold): ArmedGate {
  return member.catalog === undefined
    ? holdHttp(member.store, isVersionFile, kind)
    : holdHttp(member.catalog, isTableCommit, kind);
}

/** Lets a fault happen to the member's next commit; resolves when it has. */
export async function meetCommit(member: Member, fault: ProxyFault): Promise<void> {
  const { catalog, store } = member;
  const rule =
    catalog === undefined
      ? store.addRule({ matches: isVersionFile, nth: 1, fault })
      : catalog.addRule({ matches: isTableCommit, nth: 1, fault });
  try {
    await withinLimit(rule.firstFault, "no commit came");
  } finally {
    rule.remove();
  }
}

type HttpHold = Extract<ProxyFault["kind"], "delay-request" | "delay-response">;

function holdHttp(
  proxy: FaultProxy,
  matches: (request: ProxiedRequest) => boolean,
  kind: HttpHold,
): ArmedGate {
  const released = Promise.withResolvers<void>();
  const rule = proxy.addRule({ matches, nth: 1, fault: { kind, until: released.promise } });
  const answered = async (hit: FaultHit): Promise<FaultHit> => {
    // Held after the fact: only when the target has answered has it been done.
    if (kind === "delay-response") await hit.upstreamStatus;
    return hit;
  };
  return {
    reached: rule.firstFault.then(answered),
    async release() {
      rule.remove();
      released.resolve();
      await rule.hits.find(({ isFaulted }) => isFaulted)?.upstreamStatus;
    },
  };
}

const isParquetUpload = ({ method, path }: ProxiedRequest): boolean =>
  method === "PUT" && /\.parquet(\?|$)/.test(path) && !path.includes("dead_letters");

const isTableCommit = ({ method, path }: ProxiedRequest): boolean =>
  method === "POST" && path.endsWith(`/tables/${MAIN_TABLE}`);

const isVersionFile = ({ method, path }: ProxiedRequest): boolean =>
  method === "PUT" && new RegExp(`/${MAIN_TABLE}/metadata/v\\d+\\.metadata\\.json`).test(path);
