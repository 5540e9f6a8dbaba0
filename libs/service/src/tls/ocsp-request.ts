import { createHash, type X509Certificate } from 'node:crypto'

/** The question about one certificate (RFC 6960, 4.1), with neither signature nor nonce, in DER. */
export async function ocspRequest(
  certificate: X509Certificate,
  issuer: X509Certificate,
): Promise<Uint8Array<ArrayBuffer>> {
  const { AsnConvert, ocsp } = await loadOcsp()
  const reqCert = await certificateId(certificate, issuer)
  const tbsRequest = new ocsp.TBSRequest({ requestList: [new ocsp.Request({ reqCert })] })
  return new Uint8Array(AsnConvert.serialize(new ocsp.OCSPRequest({ tbsRequest })))
}

/** How a question and its answer name a certificate: by its number, and the SHA-1 of the name and the key of its issuer. */
export async function certificateId(certificate: X509Certificate, issuer: X509Certificate) {
  const { AsnConvert, OctetString, ocsp, x509 } = await loadOcsp()
  const { tbsCertificate } = AsnConvert.parse(issuer.raw, x509.Certificate)
  const own = AsnConvert.parse(certificate.raw, x509.Certificate)
  const sha1 = (bytes: ArrayBuffer) => new OctetString(createHash('sha1').update(Buffer.from(bytes)).digest())
  return new ocsp.CertID({
    hashAlgorithm: new x509.AlgorithmIdentifier({ algorithm: SHA_1, parameters: null }),
    issuerNameHash: sha1(AsnConvert.serialize(tbsCertificate.subject)),
    issuerKeyHash: sha1(tbsCertificate.subjectPublicKeyInfo.subjectPublicKey),
    serialNumber: own.tbsCertificate.serialNumber,
  })
}

const SHA_1 = '1.3.14.3.2.26'

/** Loaded when wanted: most processes never ask. */
export async function loadOcsp() {
  const [schema, ocsp, x509] = await Promise.all([
    import('@peculiar/asn1-schema'),
    import('@peculiar/asn1-ocsp'),
    import('@peculiar/asn1-x509'),
  ])
  return { AsnConvert: schema.AsnConvert, OctetString: schema.OctetString, ocsp, x509 }
}
