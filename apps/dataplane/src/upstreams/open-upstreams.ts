import { readFileSync } from 'node:fs'
import type { PluginLog } from '@biplane/plugins/handlers'
import { UpstreamHealth } from '../health/upstream-health.ts'
import { dnsQuestions } from './dns-questions.ts'
import type { DnsSettings } from './dns-settings.ts'
import type { Judge } from './health.ts'
import { parseHosts } from './hosts-file.ts'
import { Names } from './names.ts'
import { NodeState } from './node-state.ts'
import { parseSearchList } from './search-list.ts'
import type { SharedTable } from './shared-table.ts'
import { Upstreams } from './upstreams.ts'

/** What a worker finds its upstreams by, names resolved as this machine and the settings say. */
export function openUpstreams(
  settings: DnsSettings,
  table: SharedTable,
  worker: number,
  log: Pick<PluginLog, 'info' | 'warn'>,
): Upstreams {
  const sources = {
    questions: dnsQuestions(settings),
    hosts: parseHosts(readIfThere(settings.dns_hostsfile)),
    search: parseSearchList(readIfThere('/etc/resolv.conf')),
  }
  const names = new Names(sources, settings, Date.now)
  const judge: Judge = (upstream, addresses) =>
    new UpstreamHealth(upstream, addresses, ({ host, ip, port }, usable, cause) => {
      table.changed()
      const fields = { upstream: upstream.name, host, ip, port, ...cause }
      if (usable) log.info(fields, 'a target is healthy again')
      else log.warn(fields, 'a target is unhealthy and gets no more requests')
    })
  return new Upstreams({ names, state: new NodeState(table, worker, Date.now), judge, clock: Date.now })
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    // Such a file may be absent, or not for us to read: it then says nothing.
    if (error instanceof Error && 'code' in error) return ''
    throw error
  }
}
