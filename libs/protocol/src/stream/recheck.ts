import { setTimeout as pause } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { nameIn, refusalOf, type Shown } from './judge.ts'
import { peerAddress } from './peer-address.ts'
import type { Refusal, RefusalCause } from './refusal.ts'
import type { SparseLines } from './sparse-lines.ts'
import type { AcceptedTls, Revocation, RevocationPolicy } from './trust.ts'

export interface Rechecking {
  readonly admitted: ReadonlyMap<TLSSocket, Shown>
  readonly tls: Pick<AcceptedTls, 'trust'>
  readonly log: SparseLines
  readonly onRefused: (cause: RefusalCause) => void
  readonly everyMs: number
  readonly signal: AbortSignal
}

/** Certificates that are asked about at a time: a responder serves others too. */
const AT_A_TIME = 16

/**
 * Cuts off whoever is connected and is no longer accepted: certificates expire, are replaced and are revoked. Where it
 * cannot be told whether one was revoked its connection stays: else a responder that fails would cut off every node.
 */
export async function recheckWhileOpen(rechecking: Rechecking): Promise<void> {
  const { everyMs, signal } = rechecking
  while (await passes(everyMs, signal)) await recheck(rechecking)
}

async function recheck(rechecking: Rechecking): Promise<void> {
  const { admitted, tls, signal } = rechecking
  const trust = tls.trust()
  const revocation = trust.kind === 'pki' ? trust.revocation : null
  const open: [TLSSocket, Shown][] = []
  for (const [socket, shown] of admitted) {
    const refusal = refusalOf(shown, trust, Date.now())
    if (refusal === null) open.push([socket, shown])
    else cut(socket, shown, refusal, rechecking)
  }
  if (revocation === null) return
  const sharing = Map.groupBy(open, ([, { digest }]) => digest)
  const waiting = [...sharing.values()].values()
  const ask = async () => {
    for (const group of waiting) if (!signal.aborted) await recheckGroup(group, revocation, rechecking)
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, ask))
}

/** Those of one certificate. */
async function recheckGroup(
  group: readonly [TLSSocket, Shown][],
  revocation: RevocationPolicy,
  rechecking: Rechecking,
): Promise<void> {
  const [first] = group
  if (first === undefined) return
  const answer: Revocation = await revocation.check(first[1].chain)
  for (const [socket, shown] of group) {
    if (answer.kind === 'bad') cut(socket, shown, { cause: 'revoked', reason: answer.reason }, rechecking)
    if (answer.kind === 'unknown') {
      const about = { reason: answer.reason, subject: nameIn(shown.chain) }
      const peer = peerAddress(socket.remoteAddress)
      rechecking.log.warn(peer, about, 'could not tell whether a certificate was revoked')
    }
  }
}

function cut(
  socket: TLSSocket,
  { chain, digest }: Shown,
  { cause, reason }: Refusal,
  { log, onRefused }: Pick<Rechecking, 'log' | 'onRefused'>,
): void {
  if (socket.destroyed) return
  onRefused(cause)
  const about = { reason, digest, subject: nameIn(chain) }
  log.error(peerAddress(socket.remoteAddress), about, 'cut off a connection')
  socket.destroy()
}

/** False when the signal aborts first. */
async function passes(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(ms, undefined, { signal, ref: false })
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}
