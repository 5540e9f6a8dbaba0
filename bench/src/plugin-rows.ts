/** Plugins on a service of their own, as people set them up; what a plugin cannot do without comes with it. */
export interface PluginRow {
  readonly name: string
  readonly plugins: readonly { readonly name: string; readonly config?: object }[]
}

export const NONE = 'none'
/** What the target is about: at most 15 % of throughput. */
export const TOGETHER = 'three together'

const HEADERS = { add: { headers: ['x-added:yes'] }, remove: { headers: ['x-removed'] } }

/**
 * @param wanted names of plugins, or `all`
 * @param given where those find what they write to: a server and a file
 */
export function pluginRows(
  wanted: readonly string[],
  given: { log: string; file: string },
): readonly PluginRow[] {
  const keyAuth = { name: 'key-auth' }
  const limited = { name: 'rate-limiting', config: { minute: 1_000_000_000, policy: 'local' } }
  const transformed = { name: 'response-transformer', config: HEADERS }
  const singles = [
    keyAuth,
    { name: 'basic-auth' },
    { name: 'acl', config: { allow: ['bench'] } },
    limited,
    { name: 'cors', config: { origins: ['https://bench.test'] } },
    { name: 'ip-restriction', config: { allow: ['127.0.0.0/8'] } },
    { name: 'request-transformer', config: HEADERS },
    transformed,
    { name: 'request-size-limiting', config: { allowed_payload_size: 1 } },
    { name: 'correlation-id' },
    {
      name: 'prometheus',
      config: { status_code_metrics: true, latency_metrics: true, bandwidth_metrics: true },
    },
    { name: 'http-log', config: { http_endpoint: given.log, queue: { max_batch_size: 100 } } },
    { name: 'file-log', config: { path: given.file } },
    { name: 'bot-detection' },
  ]
  const rows = singles
    .filter(({ name }) => wanted.includes('all') || wanted.includes(name))
    .map((plugin) => ({ name: plugin.name, plugins: plugin.name === 'acl' ? [keyAuth, plugin] : [plugin] }))
  return [{ name: NONE, plugins: [] }, { name: TOGETHER, plugins: [keyAuth, limited, transformed] }, ...rows]
}
