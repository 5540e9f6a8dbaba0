import { createSocket } from 'node:dgram'
import { createServer, isIPv6 } from 'node:net'
import { formatAddress, type Listen } from '@biplane/service'
import type { Check } from './check.ts'
import { type Finding, fine, problem, warning } from './finding.ts'
import type { Installation } from './installation.ts'
import { portHolders } from './port-holder.ts'

/** Whether the app can listen where it should, or does already. */
export const ports: Check = {
  name: 'ports',
  async examine({ installation, contacts }) {
    const listens = listensOf(installation)
    const own = await contacts.ownProcess()
    const findings: Finding[] = []
    for (const [index, each] of listens.entries()) {
      const twin = listens.slice(0, index).find((earlier) => collide(earlier.listen, each.listen))
      findings.push(
        twin === undefined
          ? await lookAt(each, installation.app, own)
          : problem(nameOf(each), `${twin.setting} listens there too`, 'choose another port for one of them'),
      )
    }
    return findings
  },
}

interface NamedListen {
  readonly setting: string
  readonly listen: Listen
}

const LISTENS = [
  'admin_listen',
  'feed_listen',
  'relay_listen',
  'cluster_listen',
  'proxy_listen',
  'stream_listen',
  'status_listen',
] as const

function listensOf({ app, settings }: Installation): NamedListen[] {
  // A node may have it set, and opens no Admin API.
  const opened = LISTENS.filter((name) => app === 'admin-api' || name !== 'admin_listen')
  return opened.flatMap((setting) => (settings[setting] ?? []).map((listen) => ({ setting, listen })))
}

const nameOf = ({ setting, listen }: NamedListen): string => `${setting} ${formatAddress(listen)}`

const EVERYWHERE: readonly string[] = ['0.0.0.0', '::']

function collide(a: Listen, b: Listen): boolean {
  if (a.udp !== b.udp || a.port === 0 || a.port !== b.port) return false
  return a.host === b.host || EVERYWHERE.includes(a.host) || EVERYWHERE.includes(b.host)
}

async function lookAt(named: NamedListen, app: string, own: number | null): Promise<Finding> {
  const subject = nameOf(named)
  const failure = await tryToListen(named.listen)
  if (failure === null && own === null) return fine(subject, `free; the ${app} does not run`)
  if (failure === null)
    return warning(
      subject,
      `free, though the ${app} runs (process ${own})`,
      'restart it: it was started with other settings',
    )
  if (failure !== 'EADDRINUSE') return problem(subject, ...(REFUSALS.get(failure) ?? [failure, ELSEWHERE]))
  return await lookAtHolder(subject, named.listen.port, app, own)
}

const ELSEWHERE = 'choose another address'

const REFUSALS: ReadonlyMap<string, [message: string, remedy: string]> = new Map([
  ['EACCES', ['this user may not listen there', 'choose a port above 1023']],
  ['EADDRNOTAVAIL', ['this machine has no such address', 'choose one of its own, or 0.0.0.0']],
  ['ENOTFOUND', ['the host has no address', 'check its name']],
])

async function lookAtHolder(
  subject: string,
  port: number,
  app: string,
  own: number | null,
): Promise<Finding> {
  const holders = await portHolders(port)
  if (own !== null && (holders.length === 0 || holders.some(({ pid }) => pid === own)))
    return fine(subject, `in use by the running ${app} (process ${own})`)
  const who = holders.map(({ pid, command }) => `process ${pid} (${command})`).join(', ')
  return problem(
    subject,
    who === '' ? 'in use by a program that this user may not see' : `in use by ${who}`,
    app === 'admin-api'
      ? 'stop that program, or choose another port; if it is this admin-api, it does not answer: restart it'
      : 'stop that program, or choose another port',
  )
}

/** The code of what keeps a process from listening there; null when nothing does. */
function tryToListen({ host, port, udp }: Listen): Promise<string | null> {
  return new Promise((done) => {
    const failed = (error: Error) => done('code' in error ? String(error.code) : error.message)
    if (udp) {
      const probe = createSocket(isIPv6(host) ? 'udp6' : 'udp4').once('error', failed)
      probe.bind({ address: host, port, exclusive: true }, () => probe.close(() => done(null)))
      return
    }
    const probe = createServer().once('error', failed)
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => done(null)))
  })
}
