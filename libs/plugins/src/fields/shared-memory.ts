/** The zones that Kong has shared memory under, unless its configuration adds some. Plugins may name one to keep things in. */
const ZONES: ReadonlySet<string> = new Set([
  'kong',
  'kong_locks',
  'kong_healthchecks',
  'kong_cluster_events',
  'kong_rate_limiting_counters',
  'kong_core_db_cache',
  'kong_core_db_cache_miss',
  'kong_db_cache',
  'kong_db_cache_miss',
  'kong_secrets',
  'prometheus_metrics',
])

export const isSharedMemory = (name: string): boolean => ZONES.has(name)
