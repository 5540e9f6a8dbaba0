/** What happens to a cluster in hybrid mode, by the numbers that tests carry at the end of their titles: `(e2e-13)`. */
export const SCENARIOS: Readonly<Record<string, string>> = {
  'e2e-01': 'the control plane goes away and comes back; nodes serve all the while',
  'e2e-03': 'a new node starts from a copied cache during an outage',
  'e2e-05': 'a new node has neither a cache nor a control plane',
  'e2e-06': 'a declarative config is what a node falls back on',
  'e2e-07': 'a node has a declarative config and a cache',
  'e2e-10': 'a node reconnects and nothing has changed',
  'e2e-12': 'the id of a node stays, and rubbish in its file does not',
  'e2e-13': 'a node lacks a plugin that is configured, and then is not',
  'e2e-14': 'a node lacks a plugin that is configured, and then disabled',
  'e2e-15': 'a node lacks a plugin that is configured on a disabled service only',
  'e2e-18': 'a node rejects what a config holds',
  'e2e-20': 'the cache of a node is full',
  'e2e-22': 'two control planes share a database',
  'e2e-23': 'the control plane has no nodes',
  'e2e-24': 'the config changes under load, and no request is lost or mixed',
  'e2e-25': 'a change rebuilds only what it touches',
  'e2e-26': 'a service is disabled',
  'e2e-27': 'one end of a link is silent',
  'e2e-28': 'the control plane stops in order',
  'e2e-29': 'the control plane cannot read its database when a node connects',
  'e2e-30': 'each node has a certificate of its own',
  'e2e-31': 'nodes reach the control plane through a forward proxy',
  'e2e-34': 'a field refers to a secret that each node looks up',
  'e2e-35': 'a rate limit is to count in the database',
  'e2e-36': 'a config comes while another one is being applied',
  'e2e-39': 'nodes of newer Kongs pull the config by remote calls',
  'e2e-40': 'a node is drained',
  'e2e-41': 'a worker fails to build what the node has stored',
}

/** Those that no test tries, and why. */
export const DROPPED: Readonly<Record<string, string>> = {
  'e2e-39':
    'a protocol of Kong 3.9 and later; ours has deltas for every node, so there is nothing to fall back from',
}
