import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { delimiter, join } from 'node:path'
import { freePort } from '@biplane/tools/postgres'
import { type Browser as Chromium, chromium, type Page } from 'playwright-core'
import type { Row } from './client.ts'

/** A web page, whose script calls an API as those of people's tools do: with credentials. */
export interface WebPage {
  /** The methods that the browser asked leave for before it let the script make a call. */
  readonly preflights: readonly string[]
  /** What the script gets to see. Rejects with "Failed to fetch" where the browser shows it nothing. */
  call<T = Row>(method: string, path: string, options?: CallOptions): Promise<Seen<T>>
  close(): Promise<void>
}

export interface CallOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Seen<T> {
  readonly status: number
  /** Those that the script may see. */
  readonly headers: Readonly<Record<string, string>>
  /** Empty where there was none. */
  readonly body: T
}

export interface Browser {
  /** The origin of a page at one of the names of this machine. */
  origin(host: 'localhost' | '127.0.0.1'): string
  open(origin: string, api: string): Promise<WebPage>
  close(): Promise<void>
}

/** What to do where `chromiumPath` finds nothing. */
export const INSTALL_CHROMIUM =
  'no browser on the PATH: `apt-get install chromium` on Debian, or bring Chromium or Google Chrome in another way'

/** Where this machine's Chromium is, or the Chrome that is made from it; null where there is none. */
export function chromiumPath(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  return (
    names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path)) ??
    null
  )
}

/** Starts the browser without a window, and beside it the server of an empty page. */
export async function startBrowser(executablePath: string): Promise<Browser> {
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>a page</title>'),
  )
  const port = await freePort()
  await once(server.listen(port), 'listening')
  // Root, whom CI runs as, cannot have the sandbox. No page but the one above is ever opened.
  const browser = await chromium.launch({ executablePath, chromiumSandbox: false })
  return {
    origin: (host) => `http://${host}:${port}`,
    open: (origin, api) => openPage(browser, origin, api),
    async close() {
      await browser.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

async function openPage(browser: Chromium, origin: string, api: string): Promise<WebPage> {
  // The Admin API signs its own certificate. A user tells the browser once that it is welcome.
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  const page = await context.newPage()
  const preflights: string[] = []
  const network = await context.newCDPSession(page)
  network.on('Network.requestWillBeSent', ({ request: { method, headers } }) => {
    if (method === 'OPTIONS') preflights.push(String(headers['Access-Control-Request-Method']))
  })
  await network.send('Network.enable')
  await page.goto(origin)
  return {
    preflights,
    async call(method, path, { body, headers = {} } = {}) {
      const json = { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
      const call = { url: `${api}${path}`, method, ...(body === undefined ? { headers } : json) }
      const { text, ...seen } = await fetched(page, call)
      return { ...seen, body: JSON.parse(text || '{}') }
    },
    close: () => context.close(),
  }
}

/** While the machine gets or loses a network, as it does with each container, Chromium gives up TLS connections under way. */
const NOTHING_SENT = 'net::ERR_NETWORK_CHANGED'

async function fetched(page: Page, call: Call): Promise<Awaited<ReturnType<typeof fetchWithCredentials>>> {
  const failing = page.waitForEvent('requestfailed', { predicate: (request) => request.url() === call.url })
  // Where nothing fails it is not looked at.
  failing.catch(() => undefined)
  try {
    return await page.evaluate(fetchWithCredentials, call)
  } catch (cause) {
    const why = (await failing).failure()?.errorText
    if (why === NOTHING_SENT) return fetched(page, call)
    throw new Error(`Failed to fetch ${call.method} ${call.url}: ${why}`, { cause })
  }
}

interface Call {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Runs in the page. */
async function fetchWithCredentials({ url, ...init }: Call) {
  const answer = await fetch(url, { ...init, credentials: 'include' })
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() }
}
