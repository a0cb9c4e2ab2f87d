export { startFaultProxy } from "./faults/fault-proxy.ts";
export type {
  ActiveRule,
  Fault,
  FaultHit,
  FaultProxy,
  FaultRule,
  ProxiedRequest,
  Until,
} from "./faults/fault-proxy.ts";
export type { KafkaGateProxy, KafkaHold } from "./faults/kafka-gate-proxy.ts";
export { fuzzBytes } from "./faults/fuzz-bytes.ts";
export type { FuzzSettings } from "./faults/fuzz-bytes.ts";
export { startTcpProxy } from "./faults/tcp-proxy.ts";
export type { TcpProxy } from "./faults/tcp-proxy.ts";
export { installCompose } from "./install/compose-binary.ts";
export { installContainerTools } from "./install/container-tools.ts";
export type { ContainerTools } from "./install/container-tools.ts";
export { installHadolint } from "./install/hadolint.ts";
export { installMinio } from "./install/minio-binary.ts";
export { installPrometheus } from "./install/prometheus.ts";
export { installJarsOf } from "./install/maven-jars.ts";
export { installPython } from "./install/python-environment.ts";
export type { PythonEnvironment } from "./install/python-environment.ts";
export { checkLedger, expectExactlyOnce } from "./ledger-check.ts";
export type {
  LedgerCheck,
  LedgerFault,
  LedgerRecord,
  LedgerReport,
  LedgerRow,
} from "./ledger-check.ts";
export { installVersity } from "./install/versity-binary.ts";
export { freePort } from "./process/free-port.ts";
export { runProcess, startProcess, waitUntilReady } from "./process/managed-process.ts";
export type { ManagedProcess, ProcessExit, ProcessSettings } from "./process/managed-process.ts";
export { startNodeProgram } from "./process/node-program.ts";
export { createWorkDirectory } from "./process/work-directory.ts";
export type { WorkDirectory } from "./process/work-directory.ts";
export { startReader } from "./readers/foreign-reader.ts";
export type {
  CatalogReference,
  Engine,
  ForeignReader,
  PartitioningReader,
  PlanningReader,
  Readers,
  SqlReader,
  TableCreation,
  TableRead,
  WritingReader,
} from "./readers/foreign-reader.ts";
export { useSharedReader } from "./readers/shared-readers.ts";
export { sortRows } from "./readers/table-row.ts";
export type { ColumnTypes, TableRow } from "./readers/table-row.ts";
export { checkMetrics } from "./readers/promtool.ts";
export { startBrowser } from "./services/browser.ts";
export type { Browser, Page } from "./services/browser.ts";
export type { KafkaVersion } from "./services/kafka-broker.ts";
export type {
  ClientCertificate,
  KafkaCredentials,
  MutualTlsAccess,
} from "./services/kafka-security.ts";
export { writeKafkaScripts } from "./services/kafka-scripts.ts";
export { startInstanceCredentials } from "./services/instance-credentials.ts";
export type { InstanceCredentials } from "./services/instance-credentials.ts";
export { startKafka } from "./services/kafka.ts";
export type { KafkaBroker, KafkaService, KafkaSettings } from "./services/kafka.ts";
export { startLibrdkafka } from "./services/librdkafka.ts";
export type {
  ClientDelivery,
  ClientProduce,
  ClientRecord,
  CompressionCodec,
  ConsumedRecord,
  LibrdkafkaClient,
} from "./services/librdkafka.ts";
export { createBucket, listObjects, startMinio } from "./services/minio.ts";
export type { MinioService, MinioSettings, S3Access } from "./services/minio.ts";
export { startNessie } from "./services/nessie.ts";
export type { NessieService, NessieSettings } from "./services/nessie.ts";
export { startPostgres } from "./services/postgres.ts";
export type { PostgresService } from "./services/postgres.ts";
export { startPrometheus } from "./services/prometheus.ts";
export type { PrometheusRule, PrometheusSample, PrometheusService } from "./services/prometheus.ts";
export { startRestCatalog } from "./services/rest-catalog.ts";
export type { RestCatalogService, RestCatalogSettings } from "./services/rest-catalog.ts";
export { useSharedServices } from "./services/shared-services.ts";
export type { SharedServices } from "./services/shared-services.ts";
export { startSparkStreaming } from "./services/spark-streaming.ts";
export type { SparkStreaming, SparkStreamingJob } from "./services/spark-streaming.ts";
export { startTokenServer } from "./services/token-server.ts";
export type { TokenServer } from "./services/token-server.ts";
export { startTrino } from "./services/trino.ts";
export type { TrinoService, TrinoSettings } from "./services/trino.ts";
export { startVersity } from "./services/versity.ts";
export type { VersityService } from "./services/versity.ts";
export { TestkitError } from "./testkit-error.ts";
export type { TestkitErrorCode } from "./testkit-error.ts";
