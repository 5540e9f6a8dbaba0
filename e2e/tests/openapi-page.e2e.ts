import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, INSTALL_CHROMIUM } from '../browser.ts'
import { type Stack, startStack } from '../stack.ts'

const executablePath = chromiumPath()

it('the page of the Admin API is opened in a real browser', (context) => {
  if (executablePath !== null) return
  if (process.env.CI) throw new Error(INSTALL_CHROMIUM)
  context.skip(INSTALL_CHROMIUM)
})

describe.skipIf(executablePath === null)('the page of the Admin API', () => {
  let stack: Stack
  let browser: Browser
  let page: Page
  const elsewhere: string[] = []
  const complaints: string[] = []

  beforeAll(async () => {
    stack = await startStack()
    // Root, whom CI runs as, cannot have the sandbox. No page but ours is ever opened.
    browser = await chromium.launch({ executablePath: String(executablePath), chromiumSandbox: false })
    page = await browser.newPage()
    page.setDefaultTimeout(60_000)
    page.on('request', (request) => {
      if (!/^(data:|http:\/\/127\.0\.0\.1:)/.test(request.url())) elsewhere.push(request.url())
    })
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    page.on('pageerror', ({ message }) => void complaints.push(message))
    await page.goto(`${stack.adminUrl}/openapi`)
  })
  afterAll(async () => {
    await browser?.close()
    await stack?.close()
  })

  /** POST /services. */
  const operation = () =>
    page.locator('details.operation', { has: page.getByText('/services', { exact: true }) })

  it('lists what there is, and finds it by words', async () => {
    await page.getByLabel('Filter').fill('post /services')
    await operation().waitFor()
    expect(await page.locator('details.operation').count()).toBeLessThan(20)
  })

  it('tells what a body holds and what is answered', async () => {
    await operation().click()
    await operation().locator('summary', { hasText: 'application/json' }).first().click()
    await operation().locator('summary', { hasText: 'services.new' }).first().click()
    await operation().getByText('The number of retries to execute upon failure to proxy.').waitFor()
    await operation().locator('summary', { hasText: '409' }).first().click()
    await operation().locator('summary', { hasText: 'refused-409' }).first().waitFor()
  })

  it('sends what is filled in, and shows the answer', async () => {
    await operation().getByLabel('body').fill('{ "name": "from-the-page", "host": "h.test" }')
    await operation().getByRole('button', { name: 'Send POST' }).click()
    await operation().getByText('201 Created').waitFor()
    expect(await stack.admin.get('/services/from-the-page')).toMatchObject({ host: 'h.test' })
  })

  it('asks no other host, and meets nothing that its policy forbids', () => {
    expect({ elsewhere, complaints }).toEqual({ elsewhere: [], complaints: [] })
  })
})
