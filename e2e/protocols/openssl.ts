import { type Program, run, startProgram } from '../program.ts'

export interface Handshake {
  /** As `TLSv1.3`. */
  readonly protocol: string
  /** The subject of the certificate that was shown. */
  readonly subject: string
  /** `id-ecPublicKey` or `rsaEncryption`. */
  readonly key: string
  readonly isResumed: boolean
}

/** Shakes hands once, as `openssl s_client` does, and leaves; throws where there is no handshake. */
export async function handshake(port: number, args: readonly string[] = [], input = ''): Promise<Handshake> {
  const { stdout } = await run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...args], { input })
  return {
    protocol: /^(?:New|Reused), (TLSv[\d.]+)/m.exec(stdout)?.[1] ?? '',
    subject: /^subject=(.*)$/m.exec(stdout)?.[1] ?? '',
    key: /PKEY: (\w[\w-]*)/.exec(stdout)?.[1] ?? '',
    isResumed: /^Reused/m.test(stdout),
  }
}

/** One that stays: what is said goes on, and what is heard is nothing but the answers. */
export function talk(port: number, serverName: string): Program {
  return startProgram('openssl', [
    ...['s_client', '-quiet', '-no_ign_eof', '-connect', `127.0.0.1:${port}`, '-servername', serverName],
  ])
}
