import { run } from '../program.ts'

export interface CurlAnswer {
  readonly status: number
  /** Of HTTP, as curl says it: `1.0`, `1.1` or `2`. */
  readonly version: string
  readonly connections: number
  /** What came, the head first where `-i` was among the arguments. */
  readonly text: string
}

const TOLD = '%{stderr}%{http_code} %{http_version} %{num_connects}\n'

/** Asks once. No certificate is checked. */
export async function curl(args: readonly string[], input = ''): Promise<CurlAnswer> {
  const { stdout, stderr } = await run('curl', ['-sSk', '--max-time', '20', '-w', TOLD, ...args], { input })
  const [status, version = '', connections] = (stderr.trim().split('\n').at(-1) ?? '').split(' ')
  return { status: Number(status), version, connections: Number(connections), text: stdout }
}
