import { createLogger, loadSome, type Reread } from '@biplane/service'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../fixtures/eventually.ts'
import { type FollowedSettings, followSettings } from './follow.ts'

const [a, b] = ['a', 'b'].map((digit) => `ci:write:sha256:${digit.repeat(64)}`)

const IN_A_FILE = { KONG_ADMIN_TOKENS_FILE: '/tokens' }
const AMONG_SETTINGS = { KONG_CONF: '/kong.conf' }

interface Given {
  readonly env?: Readonly<Record<string, string>>
  readonly refuse?: (settings: FollowedSettings) => boolean
}

/** Settings in a file that changes, and what became of them. */
function followed(first: string | undefined, { env = IN_A_FILE, refuse = () => false }: Given = {}) {
  let text = first
  let looks = 0
  const readFile = (): string => {
    looks += 1
    if (text === undefined) throw Object.assign(new Error('gone'), { code: 'ENOENT' })
    return text
  }
  const reread: Reread<'admin-api'> = (names) => loadSome('admin-api', names, env, readFile)
  const names = [
    'admin_tokens',
    'admin_client_roles',
    'admin_client_ca',
    'admin_ssl_cert',
    'admin_ssl_cert_key',
  ] as const
  const started = reread(names)
  if ('problems' in started) throw new Error('the first settings are wrong')
  const applied: string[] = []
  const apply = async (settings: FollowedSettings): Promise<void> => {
    if (refuse(settings)) throw new Error('not usable')
    applied.push(settings.admin_tokens.map(({ sha256 }) => sha256.slice(0, 1)).join())
  }
  const stop = new AbortController()
  const log = createLogger({ log_level: 'crit' }, 'admin-api')
  const running = followSettings({
    ...{ started: started.settings, reread, apply, log, everyMs: 1 },
    signal: stop.signal,
  })
  onTestFinished(async () => {
    stop.abort()
    await running
  })
  return {
    applied,
    async become(next: string | undefined) {
      text = next
      const now = looks
      await eventually(() => looks > now + 3)
    },
  }
}

describe('followSettings', () => {
  it('takes over what has changed, once', async () => {
    const { applied, become } = followed(a)
    await become(a)
    expect(applied).toEqual([])
    await become(`${a}\n${b}`)
    await become(`# only a remark\n${a}\n${b}`)
    await become(b)
    expect(applied).toEqual(['a,b', 'b'])
  })

  it.each([
    ['gone', undefined],
    ['empty', ''],
    ['without a token', '# none'],
    ['broken', `${b},ci:write:sha256:c`],
  ])('keeps what it has while the file is %s', async (_what, text) => {
    const { applied, become } = followed(a)
    await become(text)
    expect(applied).toEqual([])
    await become(b)
    expect(applied).toEqual(['b'])
  })

  it('lets nobody in whom it asked for a token before, though the setting is gone', async () => {
    const { applied, become } = followed(`admin_tokens = ${a}`, { env: AMONG_SETTINGS })
    await become('log_level = notice')
    expect(applied).toEqual([])
    await become(`admin_tokens = ${b}`)
    expect(applied).toEqual(['b'])
  })

  it('nor whom it did not ask when it was started', async () => {
    const { applied, become } = followed('log_level = notice', { env: AMONG_SETTINGS })
    await become(`admin_tokens = ${a}`)
    await become('log_level = notice')
    expect(applied).toEqual(['a'])
  })

  it('goes on when what is new cannot be used', async () => {
    const { applied, become } = followed(a, { refuse: ({ admin_tokens }) => admin_tokens.length === 2 })
    await become(`${a},${b}`)
    await become(b)
    expect(applied).toEqual(['b'])
  })
})
