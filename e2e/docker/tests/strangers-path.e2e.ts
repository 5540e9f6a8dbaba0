import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { containers } from '../containers.ts'
import { docker, REPOSITORY } from '../engine.ts'
import { figure, seconds } from '../figures.ts'
import { firstRequest } from '../first-request.ts'
import { buildImages, removeImages, VERSION } from '../images.ts'
import { removeProject } from '../project.ts'

const CONTAINER = 'biplane-e2e-stranger'
const AT_MOST_MS = 180_000
/** So that a slow machine fails by what it took, not by a time-out that tells nothing. */
const TIMEOUT = { timeout: 900_000 }

describe("a stranger's path from clone to the first proxied request takes less than three minutes", () => {
  let folder: string
  beforeEach(async () => {
    await docker('rm', '-fv', CONTAINER).catch(() => undefined) // there is none, unless an earlier run was killed
    folder = mkdtempSync(join(tmpdir(), 'biplane-stranger-'))
  })
  afterEach(async () => {
    await docker('rm', '-fv', CONTAINER).catch(() => undefined)
    await removeProject()
    rmSync(folder, { recursive: true, force: true })
  })

  it('with npm ci && npm start, where there is only Node', TIMEOUT, async () => {
    const started = performance.now()
    clone()
    const command = 'exec 2>&1; cd /biplane && npm ci && npm start'
    await docker('create', '--name', CONTAINER, 'node:24-bookworm-slim', 'sh', '-c', command)
    await docker('cp', `${folder}/.`, `${CONTAINER}:/biplane`)
    await docker('start', CONTAINER)
    const [admin, proxy, echo] = [8001, 8000, 8090].map((port) => `http://localhost:${port}`)
    const script = '/biplane/e2e/docker/first-request-main.ts'
    await docker('exec', CONTAINER, 'node', script, `${admin}`, `${proxy}`, `${echo}`).catch(
      async (cause) => {
        throw new Error(await docker('logs', '--tail', '50', CONTAINER), { cause })
      },
    )
    took('clone, npm ci, npm start', performance.now() - started)
  })

  it('with docker compose up, building every image from the start', TIMEOUT, async () => {
    const started = performance.now()
    clone()
    const version = `${VERSION}-clone`
    await buildImages(folder, version, false)
    const cluster = containers({ directory: folder, version })
    await cluster.up()
    await firstRequest(cluster.adminUrl, cluster.nodes[0].proxy, cluster.echo, 60_000)
    took('clone, docker compose up', performance.now() - started)
    await removeProject()
    await removeImages(version)
  })

  function clone(): void {
    execFileSync('git', ['clone', '-q', '--depth', '1', `file://${REPOSITORY}`, folder])
  }

  function took(path: string, ms: number): void {
    figure(`${path}, until the first proxied request`, seconds(ms))
    expect(ms).toBeLessThan(AT_MOST_MS)
  }
})
