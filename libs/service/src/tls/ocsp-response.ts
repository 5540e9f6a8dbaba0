import { verify, X509Certificate } from 'node:crypto'
import type { BasicOCSPResponse, CertID, SingleResponse } from '@peculiar/asn1-ocsp'
import { certificateId, loadOcsp } from './ocsp-request.ts'

export type OcspAnswer =
  | { readonly kind: 'good' }
  /** It was revoked, or the answer is not to be believed. */
  | { readonly kind: 'bad'; readonly reason: string }
  /** It could not be told. */
  | { readonly kind: 'unknown'; readonly reason: string }

export interface Asked {
  readonly certificate: X509Certificate
  readonly issuer: X509Certificate
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Reads an answer (RFC 6960, 4.2) about a certificate. Whatever it is, if it is not good, it counts as a refusal. */
export async function readOcspResponse(body: Uint8Array, asked: Asked): Promise<OcspAnswer> {
  try {
    return await judge(body, asked)
  } catch (error) {
    // The boundary to whoever wrote these bytes.
    const reason = error instanceof Error ? error.message : String(error)
    return bad(`the answer of the responder cannot be read: ${reason}`)
  }
}

const bad = (reason: string): OcspAnswer => ({ kind: 'bad', reason })

async function judge(body: Uint8Array, { certificate, issuer, now }: Asked): Promise<OcspAnswer> {
  const { AsnConvert, ocsp } = await loadOcsp()
  const { responseStatus, responseBytes } = AsnConvert.parse(body, ocsp.OCSPResponse)
  if (responseStatus !== ocsp.OCSPResponseStatus.successful || responseBytes === undefined)
    return bad(
      `the responder refused to answer: ${ocsp.OCSPResponseStatus[responseStatus] ?? responseStatus}`,
    )
  if (responseBytes.responseType !== ocsp.id_pkix_ocsp_basic) return bad('the answer is of an unknown type')
  const answer = AsnConvert.parse(responseBytes.response.buffer, ocsp.BasicOCSPResponse)
  const unsigned = await signatureFault(answer, issuer, now)
  if (unsigned !== null) return bad(unsigned)
  const id = await certificateId(certificate, issuer)
  const single = answer.tbsResponseData.responses.find(({ certID }) => isSame(certID, id))
  if (single === undefined) return bad('the answer is about another certificate')
  return statusOf(single, now)
}

/** Machines may disagree about the time by this much. */
const CLOCK_SKEW_MS = 5 * 60_000

function statusOf({ certStatus, thisUpdate, nextUpdate }: SingleResponse, now: number): OcspAnswer {
  if (thisUpdate.getTime() > now + CLOCK_SKEW_MS) return bad('the answer is from the future')
  if (nextUpdate !== undefined && nextUpdate.getTime() < now - CLOCK_SKEW_MS)
    return bad('the answer is outdated')
  if (certStatus.revoked !== undefined)
    return bad(`the certificate was revoked at ${certStatus.revoked.revocationTime.toISOString()}`)
  return certStatus.good === undefined ? bad('the responder does not know the certificate') : { kind: 'good' }
}

function isSame(one: CertID, other: CertID): boolean {
  const parts = ({ serialNumber, issuerNameHash, issuerKeyHash }: CertID) =>
    [serialNumber, issuerNameHash.buffer, issuerKeyHash.buffer].map((part) =>
      Buffer.from(part).toString('hex'),
    )
  return parts(one).join() === parts(other).join()
}

/** Null where the issuer has signed, or somebody whom it has told to. */
async function signatureFault(
  answer: BasicOCSPResponse,
  issuer: X509Certificate,
  now: number,
): Promise<string | null> {
  const { AsnConvert } = await loadOcsp()
  const { tbsResponseDataRaw, signatureAlgorithm, signature, certs = [] } = answer
  const hash = HASHES.get(signatureAlgorithm.algorithm)
  if (hash === undefined || tbsResponseDataRaw === undefined)
    return `the answer is signed in an unknown way: ${signatureAlgorithm.algorithm}`
  const isSignedBy = ({ publicKey }: X509Certificate) =>
    verify(hash, Buffer.from(tbsResponseDataRaw), publicKey, Buffer.from(signature))
  if (isSignedBy(issuer)) return null
  const delegates = certs
    .map((certificate) => new X509Certificate(Buffer.from(AsnConvert.serialize(certificate))))
    .filter((delegate) => delegate.checkIssued(issuer) && delegate.verify(issuer.publicKey))
    .filter(({ keyUsage }) => keyUsage?.includes(FOR_OCSP_SIGNING))
    .filter(
      ({ validFromDate, validToDate }) => validFromDate.getTime() <= now && now <= validToDate.getTime(),
    )
  return delegates.some(isSignedBy) ? null : 'the answer is not signed by the authority'
}

const FOR_OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'

/** The hash of each way to sign; null where it is part of the way itself. */
const HASHES = new Map<string, string | null>([
  ['1.2.840.113549.1.1.11', 'sha256'], // with RSA
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
  ['1.2.840.10045.4.3.2', 'sha256'], // with ECDSA
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
  ['1.3.101.112', null], // Ed25519
])
