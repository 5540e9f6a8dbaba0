import { flag, integer, listOf, oneOf, optional, seconds, text } from '../form.ts'
import { nameServer } from '../network.ts'
import { setting } from '../setting.ts'

const dataplane = ['dataplane'] as const

/** How nodes resolve the names of targets and services. */
export const dnsSettings = {
  dns_resolver: setting({
    apps: dataplane,
    form: listOf(nameServer),
    default: '',
    description: 'The servers that are asked for names. Without them, those of /etc/resolv.conf.',
  }),
  dns_hostsfile: setting({
    apps: dataplane,
    form: text,
    default: '/etc/hosts',
    description: 'The file whose names are not asked for. It is read once, when the node starts.',
  }),
  dns_order: setting({
    apps: dataplane,
    form: listOf(oneOf('LAST', 'SRV', 'A', 'AAAA', 'CNAME')),
    default: 'LAST,SRV,A,CNAME',
    description:
      'Which records of a name are asked for, in turn, until there are some; LAST is what there was the last time. Aliases are followed whether or not CNAME is in the list.',
  }),
  dns_valid_ttl: setting({
    apps: dataplane,
    form: optional(seconds),
    default: '',
    description: 'How many seconds answers hold, whatever they say themselves.',
  }),
  dns_stale_ttl: setting({
    apps: dataplane,
    form: seconds,
    default: '4',
    description: 'How many seconds an answer that no longer holds is used, while it is asked for anew.',
  }),
  dns_not_found_ttl: setting({
    apps: dataplane,
    form: seconds,
    default: '30',
    description: 'How many seconds a name that does not exist is not asked for again.',
  }),
  dns_error_ttl: setting({
    apps: dataplane,
    form: seconds,
    default: '1',
    description: 'How many seconds a name that could not be asked for is not asked for again.',
  }),
  dns_no_sync: setting({
    apps: dataplane,
    form: flag,
    default: 'off',
    description:
      'Whether each request asks for a name that is not known. Otherwise those that wait for the same name wait for one answer.',
  }),
  dns_cache_size: setting({
    apps: dataplane,
    form: integer({ min: 1 }),
    default: '10000',
    description: 'How many names a worker remembers.',
  }),
}
