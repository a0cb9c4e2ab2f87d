import { EventStream } from "../../src/event-stream.ts";
import { checkHealth, checkReadiness } from "../../src/health.ts";
import type { KnownGroup } from "../../src/group-watch.ts";
import { History } from "../../src/history.ts";
import { openPageServer } from "../../src/http-server.ts";
import type {
  CommittedStretch,
  ConfigurationEntry,
  SinkEvent,
  SinkStatus,
} from "../../src/index.ts";
import { pageStatus } from "../../src/page-status.ts";
import { partitionLags, totalLag } from "../../src/partition-lag.ts";
import { applyEvent, openView } from "../../src/sink-view.ts";
import { NOW_MS } from "./sink-events.ts";

const HOUR_MS = 3_600_000;
const STEP_MS = 5_000;
const PARTITIONS = 4;
const PER_SECOND = 5_000;
const CAUSES: readonly (readonly [string, string, string | undefined])[] = [
  ["INVALID_JSON", "is no JSON: it ends too early", '{"customer_id":12,"branch_id":3,"emp'],
  ["NULL_VALUE", "the value is null", undefined],
  ["WRONG_TYPE", "is no number", '{"customer_id":12,"rating_value":"good","comment":"As ever."}'],
  ["rule:rating from 1 to 5", "9.5 is above 5", '{"customer_id":3,"rating_value":9.5}'],
  ["INVALID_TIMESTAMP", "2025-13-41T10:00:00 is no time", '{"timestamp":"2025-13-41T10:00:00"}'],
];
const CONFIGURATION: readonly ConfigurationEntry[] = [
  { name: "--bootstrap-servers", value: "localhost:29092", source: "default" },
  { name: "--sasl-password", value: "(hidden)", source: "environment" },
  {
    name: "--catalog-property",
    value: "uri=http://localhost:8181, s3.secret-access-key=(hidden)",
    source: "command line",
  },
];

const MEMBER_ID = "salon-consume-8b2f6a1e-5d0c-4f6e-9b1d-2f0a4c7e1b32";

/** What is to be seen. */
export type Scene = "busy" | "idle" | "starting" | "degraded" | "many-dead-letters";

/** A page with an hour behind it. */
export interface ShownPage extends AsyncDisposable {
  readonly url: string;
  /** Tells the page one more thing. */
  readonly tell: (event: SinkEvent) => void;
}

interface Partition {
  next: number;
  committed: number;
  end: number;
  rows: number;
  dead: number;
}

/** An hour of a sink, and the page of it. */
class Hour {
  readonly #scene: Scene;
  readonly #partitions: readonly Partition[] = Array.from({ length: PARTITIONS }, () => {
    return { next: 0, committed: 0, end: 0, rows: 0, dead: 0 };
  });
  readonly history = new History(HOUR_MS / STEP_MS);
  #bufferedBytes = 0;
  view = openView(NOW_MS - HOUR_MS);
  nowMs = NOW_MS - HOUR_MS;

  constructor(scene: Scene) {
    this.#scene = scene;
    if (scene === "starting") {
      this.tell(trouble("KAFKA_UNREACHABLE", "no broker of localhost:29092 answers"));
      return;
    }
    const subject = { table: "bronze_ratings_streaming", topic: "nail_salon_ratings" };
    this.tell({
      kind: "started",
      ...subject,
      sourceId: subject.topic,
      partitionCount: PARTITIONS,
      commitIntervalMs: 10_000,
      memoryLimitBytes: 256 * 1024 ** 2,
      rules: [
        { name: "rating from 1 to 5", severity: "reject" },
        { name: "comment is short", severity: "warn" },
      ],
      status: () => this.status(),
    });
    this.tell({ kind: "assigned", partitions: [0, 1, 2, 3] });
    for (let step = 1; step <= HOUR_MS / STEP_MS; step++) this.#pass(step);
    if (scene === "degraded") {
      this.tell(trouble("KAFKA_UNREACHABLE", "no broker of localhost:29092 answers: refused"));
    }
  }

  tell(event: SinkEvent): void {
    this.view = applyEvent(this.view, event, this.nowMs);
  }

  status(): SinkStatus {
    const account = { first: 0, gaps: 0, lost: 0, unproved: 0 };
    return {
      phase: "running",
      isAlive: true,
      isAssigned: true,
      partitions: this.#partitions.map(({ next, committed, end }, partition) => {
        return { partition, next, committed, logEnd: end };
      }),
      ledger: new Map(
        this.#partitions.map(({ committed, rows, dead }, partition) => [
          partition,
          { ...account, next: committed, rows, dead },
        ]),
      ),
      membership:
        this.#scene === "idle"
          ? undefined
          : { memberId: MEMBER_ID, generationId: 7, isLeader: true },
      fetchedAtMs: this.#scene === "degraded" ? this.nowMs - 9_000 : this.nowMs,
      bufferedBytes: this.#bufferedBytes,
      filling:
        this.#scene === "idle" ? undefined : { rows: 1_234, dead: 5, bytes: 9_000, ageMs: 4_000 },
      waitingManifests: 0,
    };
  }

  measure(): Parameters<History["add"]>[0] {
    const { view, nowMs } = this;
    const lag = totalLag(partitionLags(view, view.status?.(), nowMs));
    const committed = this.#partitions.reduce((total, each) => total + each.committed, 0);
    const read = this.#partitions.reduce((total, each) => total + each.next, 0);
    const { newestCommittedMs } = view;
    return {
      atMs: nowMs,
      recordsRead: read,
      bytesRead: read * 140,
      recordsCommitted: committed,
      lagRecords: lag.records,
      lagSeconds: lag.seconds,
      freshnessSeconds: newestCommittedMs && (nowMs - newestCommittedMs) / 1_000,
      bufferedBytes: this.#bufferedBytes,
      residentBytes: (180 + 20 * Math.sin(nowMs / 400_000)) * 1024 ** 2,
      eventLoopDelayMs: 4.2,
    };
  }

  /** Five seconds, after every second of which a commit; for a while nothing was read. */
  #pass(step: number): void {
    this.nowMs = NOW_MS - HOUR_MS + step * STEP_MS;
    const isStill = this.#scene === "idle" ? step > 100 : step > 400 && step < 412;
    const sent = Math.round((PER_SECOND * 5 * (1 + 0.4 * Math.sin(step / 60))) / PARTITIONS);
    for (const [partition, each] of this.#partitions.entries()) {
      if (this.#scene !== "idle" || step <= 100) each.end += sent;
      if (isStill) continue;
      const start = each.next;
      each.next = Math.min(each.end, start + Math.round(sent * 1.5));
      const [oldestMs, newestMs] = [this.nowMs - 5_200, this.nowMs - 200];
      const records = each.next - start;
      const chunk = { partition, start, end: each.next, records, bytes: records * 140 };
      this.tell({ kind: "chunk-written", ...chunk, oldestMs, newestMs });
    }
    this.#bufferedBytes = step % 2 === 0 ? 2e6 : 14e6;
    if (step % 2 === 0 && (!isStill || step === 102)) this.#commit(step);
    this.history.add(this.measure());
  }

  #commit(step: number): void {
    const outcome = step % 38 === 0 ? "conflict" : "committed";
    this.tell({ kind: "commit-tried", step: "attempt", outcome, durationMs: 20 });
    const share = this.#scene === "many-dead-letters" ? 0.4 : 0.01;
    const stretches = new Map<number, CommittedStretch>();
    for (const [partition, each] of this.#partitions.entries()) {
      const [start, end] = [each.committed, each.next];
      const dead = Math.floor((end - start) * share);
      stretches.set(partition, { start, end, rows: end - start - dead, dead, gaps: 0, lost: 0 });
      each.rows += end - start - dead;
      each.dead += dead;
      each.committed = end;
    }
    const all = [...stretches.values()];
    const dead = all.reduce((total, stretch) => total + stretch.dead, 0);
    const causes = CAUSES.map(([cause], index): [string, number] => {
      return [cause, index === 0 ? 0 : Math.floor(dead / 2 ** (index + 1))];
    });
    const others = causes.reduce((total, [, count]) => total + count, 0);
    causes[0] = [CAUSES[0]?.[0] ?? "", dead - others];
    this.tell({
      kind: "committed",
      snapshotId: 4_611_686_018_427_387_904n + BigInt(step) * 7_919_000_000_017n,
      plan: "unit",
      stretches,
      commitMs: 18 + (step % 20),
      unit: {
        files: [
          { rows: all.reduce((total, { rows }) => total + rows, 0), bytes: 310_000 + step * 40 },
        ],
        causes: new Map(causes),
        samples: CAUSES.map(([cause, message, value], index) => {
          const partition = index % PARTITIONS;
          const offset = (stretches.get(partition)?.end ?? 0) - 7 * index - 1;
          const field = index > 1 ? "rating_value" : undefined;
          return { cause, partition, offset, field, message, value };
        }),
        broken: new Map([
          ["rating from 1 to 5", causes[3]?.[1] ?? 0],
          ["comment is short", 11],
        ]),
        generalPathRecords: 12,
        fillMs: 9_800,
        decodeMs: 38 + (step % 9),
        writeMs: 62 + (step % 7),
        sealMs: 25 + (step % 11),
      },
    });
  }
}

/** Serves the page of a scene. */
export async function showPage(scene: Scene): Promise<ShownPage> {
  const hour = new Hour(scene);
  const status = (): SinkStatus | undefined => hour.view.status?.();
  const page = (): unknown => {
    const now = hour.history.sampleOf(hour.measure());
    const group = groupOf(scene, hour.nowMs);
    const context = { now, version: "0.1.0", configuration: CONFIGURATION, group };
    return pageStatus(hour.view, status(), context);
  };
  const events = new EventStream(250, () => events.send("status", page()));
  const server = await openPageServer(
    { host: "127.0.0.1", port: 0 },
    {
      status: page,
      history: () => hour.history.samples,
      metrics: () => Promise.resolve({ type: "text/plain", text: "" }),
      health: () => checkHealth(hour.view, status(), hour.nowMs),
      readiness: () => checkReadiness(hour.view, status(), hour.nowMs),
      events,
    },
  );
  return {
    url: server.url,
    tell: (event) => hour.tell(event),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Of an idle sink none: it was given its partitions. */
function groupOf(scene: Scene, nowMs: number): KnownGroup | undefined {
  const groupId = "salon.bronze_ratings_streaming.4be1fa20c97d";
  const reason =
    `cannot describe group ${groupId} at localhost:29092: ` +
    "broker localhost:29092: connect ECONNREFUSED 127.0.0.1:29092";
  const unknown = { sinceMs: nowMs - 7_000, reason };
  if (scene === "idle") return undefined;
  if (scene === "starting") return { groupId, unknown };
  const clientId = "salon-consume";
  const members = [
    { memberId: MEMBER_ID, clientId, host: "10.0.3.17", partitions: [0, 1, 2, 3] },
    {
      memberId: "salon-consume-c90d33aa-17f4-4be2-8f2b-6f1f63a6a0de",
      clientId,
      host: "10.0.3.18",
      partitions: [4, 6, 8, 10, 11],
    },
    {
      memberId: "salon-consume-e1b7a90c-0ad2-4a55-bb60-93d1b0c4fe85",
      clientId,
      host: "fd00::3:19",
      partitions: [],
    },
  ];
  const described = { state: "Stable", members, atMs: nowMs - 17_000 };
  return { groupId, described, ...(scene === "degraded" && { unknown }) };
}

function trouble(code: string, message: string): SinkEvent {
  return { kind: "trouble", code, message };
}
