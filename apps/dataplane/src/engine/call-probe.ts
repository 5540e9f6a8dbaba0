import { type ClientHttp2Session, constants } from 'node:http2'
import type { Socket } from 'node:net'
import { CHECK_PATH, type CheckAnswer, checkMessage, checkStatus } from '../health/call-probe.ts'
import type { ActiveChecks } from '../health/checks.ts'
import { type Probed, serverNameOf } from '../health/probe-request.ts'
import type { Probe } from '../health/prober.ts'
import type { ProbeOutcome } from '../health/reports.ts'
import type { Pair } from '../runtime/certificates.ts'
import { beginSession, openConnection, type SessionTarget } from './upstream-session.ts'

/** What an answer may be long; the one that is wanted has a few bytes. */
const MOST_BYTES = 8192

/** Calls the health service of a target by gRPC, over a connection of its own. */
export const probeByCall: Probe = (checks, to, pair, signal) => {
  const { promise, resolve } = Promise.withResolvers<ProbeOutcome>()
  const target = targetOf(checks, to, pair)
  const socket = openConnection(target)
  const end = (outcome: ProbeOutcome): void => {
    clearTimeout(late)
    signal.removeEventListener('abort', stop)
    socket.destroy()
    resolve(outcome)
  }
  const stop = (): void => end({ kind: 'broken' })
  const wait = (): NodeJS.Timeout => setTimeout(() => end({ kind: 'timeout' }), checks.timeout)
  let late = wait()
  signal.addEventListener('abort', stop, { once: true })
  onceOpen(socket, target.tls !== null, () => {
    clearTimeout(late)
    late = wait()
  })
  const asked = beginSession(socket, target.tls).then((session) => call(session, checks, to))
  asked.then((answer) => end({ kind: 'answered', status: checkStatus(answer) }), stop)
  return promise
}

function targetOf(checks: ActiveChecks, to: Probed, pair: Pair | null): SessionTarget {
  const { ip: host, port } = to
  const tls = { verify: checks.verify, depth: Number.POSITIVE_INFINITY, authorities: null, pair }
  return { host, port, tls: checks.type === 'grpcs' ? tls : null, serverName: serverNameOf(checks, to) ?? '' }
}

function onceOpen(socket: Socket, isSecure: boolean, then: () => void): void {
  socket.once(isSecure ? 'secureConnect' : 'connect', then)
}

/** Rejects when no whole answer comes. */
function call(session: ClientHttp2Session, checks: ActiveChecks, to: Probed): Promise<CheckAnswer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ...Object.fromEntries(checks.headers.map(([name, value]) => [name.toLowerCase(), value])),
      ':method': 'POST',
      ':path': CHECK_PATH,
      ':authority': checks.host ?? `${to.host.includes(':') ? `[${to.host}]` : to.host}:${to.port}`,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    const chunks: Buffer[] = []
    let size = 0
    let [status, code]: [number, number | undefined] = [0, undefined]
    const read = (fields: Record<string, unknown>): void => {
      if (fields['grpc-status'] !== undefined) code = Number(fields['grpc-status'])
    }
    stream.on('response', (fields) => {
      status = Number(fields[constants.HTTP2_HEADER_STATUS] ?? 0)
      read(fields)
    })
    stream.on('trailers', read)
    stream.on('data', (chunk: Buffer) => {
      size += chunk.byteLength
      if (size > MOST_BYTES) reject(new Error('the answer is too long'))
      else chunks.push(chunk)
    })
    stream.on('end', () => resolve({ status, code, message: Buffer.concat(chunks) }))
    stream.on('error', reject)
    stream.on('close', () => reject(new Error('the call broke off')))
    stream.end(checkMessage(checks))
  })
}
