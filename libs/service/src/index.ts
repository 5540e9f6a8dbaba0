export { backoff, type Failures } from './backoff.ts'
export { boundClients, type ClientBounds } from './bound-clients.ts'
export { FollowerMetrics } from './follower-metrics.ts'
export { type GivenConfig, givenConfig } from './given-config.ts'
export { type LevelAnswer, LogLevelSwitch } from './log-level.ts'
export { createLogger, type Logger, type LogLevel } from './logger.ts'
export {
  Counter,
  counterOf,
  createMetrics,
  type Distribution,
  gaugeOf,
  Histogram,
  histogramOf,
  histogramsOf,
  METRICS_TYPE,
  type Registry,
  type Sample,
} from './metrics.ts'
export { News } from './news.ts'
export { nodeIdentity } from './node-identity.ts'
export {
  type Certificates,
  describeProcess,
  describeServer,
  expiryOf,
  type ServerStatistics,
} from './process-metrics.ts'
export { type Condition, type Readiness, readinessOf } from './readiness.ts'
export { type RunningApp, runApp } from './run.ts'
export { type AccessRole, type AdminToken, accessRoles, type NamedRole } from './settings/admin-access.ts'
export { checkSettings, type Problem } from './settings/check.ts'
export { describeSettings, type EffectiveSettings, type SettingRow } from './settings/describe.ts'
export { type Examined, examineSettings, givenNames, type SoundSettings } from './settings/examine.ts'
export { type Exposure, type ExposureSettings, exposuresOf } from './settings/exposure.ts'
export { type Following, followSettings } from './settings/follow.ts'
export { type LabelFault, type Labels, labelFault } from './settings/labels.ts'
export { type Address, formatAddress, type Listen } from './settings/listen.ts'
export {
  describeProblems,
  type Environment,
  type Loaded,
  loadSettings,
  loadSome,
  type Reread,
} from './settings/load.ts'
export type { MapSize, Retention } from './settings/quantity.ts'
export type { ResponseHeader } from './settings/response-headers.ts'
export { type App, apps, type Role } from './settings/setting.ts'
export type { SettingName, Settings } from './settings/table.ts'
export { SourceMetrics } from './source-metrics.ts'
export { listening, StartProblem } from './start-problem.ts'
export {
  type Probes,
  type StatusListeners,
  type StatusRoutes,
  serveStatus,
  statusServer,
} from './status-server.ts'
export { defaultCertificate, listenerCertificate } from './tls/default-certificate.ts'
export { certificateDigest } from './tls/digest.ts'
export {
  type CertificatePair,
  type CertificateWish,
  CLUSTER_NAME,
  generateCertificate,
  generateClusterPair,
} from './tls/generate.ts'
export { askResponder } from './tls/ocsp.ts'
export type { OcspAnswer } from './tls/ocsp-response.ts'
export { type PemKind, readPem } from './tls/read-pem.ts'
export { VERSION } from './version.ts'
