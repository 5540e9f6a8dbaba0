import type { X509Certificate } from 'node:crypto'
import { ocspRequest } from './ocsp-request.ts'
import { type OcspAnswer, readOcspResponse } from './ocsp-response.ts'

/**
 * How long a responder is waited for. Kong waits 5 s; a follower gives up on its source after that time, and must not be
 * turned away for a responder that is silent where such a one counts for nothing.
 */
const PATIENCE_MS = 4000

/** More bytes than that are no answer about one certificate. */
const LONGEST_ANSWER = 64 * 1024

/**
 * Asks the responder that a certificate names whether it was revoked. Never rejects: what keeps it from being told is `unknown`,
 * an answer that is wrong is `bad`.
 *
 * @param chain the certificate, its issuer, and so on
 */
export async function askResponder(
  chain: readonly X509Certificate[],
  { patienceMs = PATIENCE_MS, now = Date.now } = {},
): Promise<OcspAnswer> {
  const [certificate, issuer] = chain
  if (certificate === undefined) return { kind: 'unknown', reason: 'there is no certificate' }
  const responder = responderOf(certificate)
  if (responder === undefined) return { kind: 'unknown', reason: 'the certificate names no responder' }
  if (issuer === undefined)
    return { kind: 'unknown', reason: 'the issuer of the certificate is not known, and so not the responder' }
  const answer = await post(responder, await ocspRequest(certificate, issuer), patienceMs)
  if ('failure' in answer) return { kind: 'unknown', reason: `${responder}: ${answer.failure}` }
  return readOcspResponse(answer.body, { certificate, issuer, now: now() })
}

/** It may be plain http: the answer is signed. */
function responderOf({ infoAccess }: X509Certificate): string | undefined {
  return infoAccess?.match(/^OCSP - URI:"?(https?:\/\/[^"\n]+)"?$/m)?.[1]
}

/** The boundary to somebody else's server: whatever fails there is an outcome. */
async function post(
  url: string,
  body: Uint8Array<ArrayBuffer>,
  patienceMs: number,
): Promise<{ body: Uint8Array } | { failure: string }> {
  try {
    const signal = AbortSignal.timeout(patienceMs)
    const headers = { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' }
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' })
    if (response.status !== 200) {
      await response.body?.cancel()
      return { failure: `it answered ${response.status}` }
    }
    const answer = await readAtMost(response, LONGEST_ANSWER)
    if (answer === null) return { failure: `its answer is longer than ${LONGEST_ANSWER} bytes` }
    return answer.length === 0 ? { failure: 'its answer is empty' } : { body: answer }
  } catch (error) {
    return { failure: reasonOf(error) }
  }
}

async function readAtMost({ body }: Response, most: number): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body ?? []) {
    length += part.length
    if (length > most) return null
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'it did not answer in time'
  return error.cause instanceof Error ? error.cause.message : error.message
}
