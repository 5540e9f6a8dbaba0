import { describe, expect, it } from 'vitest'
import { useContainers } from '../containers.ts'
import { docker } from '../engine.ts'
import { figure } from '../figures.ts'
import { APPS, imageOf, revision, VERSION } from '../images.ts'

describe.each(APPS)('the image of %s', (app) => {
  const image = imageOf(app)
  const shell = (script: string) =>
    docker('run', '--rm', '--network', 'none', '--entrypoint', 'sh', image, '-c', script)

  it('says what it is', async () => {
    const labels = JSON.parse(await docker('inspect', '--format', '{{json .Config.Labels}}', image))
    const named = (name: string) => labels[`org.opencontainers.image.${name}`]
    expect(['title', 'version', 'revision', 'licenses'].map(named)).toEqual([
      `Biplane ${app}`,
      VERSION,
      revision(),
      'Apache-2.0',
    ])
  })

  it('runs as a user that is not root and owns nothing but its own folders', async () => {
    expect(await docker('inspect', '--format', '{{.Config.User}}', image)).toBe('10001:10001')
    const owned = await shell(
      'find / -xdev -not -path "/proc/*" -writable -not -type l -not -type c 2>/dev/null; true',
    )
    const expected =
      /^\/(tmp|var\/tmp|run\/lock|var\/lock|dev.*|proc|run\/biplane\/(cluster|feed|database)|var\/lib\/biplane)$/
    expect(owned.split('\n').filter((path) => !expected.test(path))).toEqual([])
  })

  it('holds no secret', async () => {
    const config = await docker('inspect', '--format', '{{json .Config}}', image)
    const layers = await docker('history', '--no-trunc', '--format', '{{.CreatedBy}}', image)
    expect(config + layers).not.toMatch(/password|token|PRIVATE KEY/i)
    expect(
      await shell('find / -xdev -name "*.key" -o -xdev -name ".npmrc" -o -xdev -name ".env"; true'),
    ).toBe('')
  })

  it('is of a size worth telling', async () => {
    const size = async (of: string) => Number(await docker('inspect', '--format', '{{.Size}}', imageOf(of)))
    const [whole, base] = [await size(app), await size('cli')]
    figure(`image ${app}`, `${mb(whole)}, of which ${mb(whole - base)} are not in all images`)
    expect(whole).toBeLessThan(300e6)
  })
})

/** Everything that listens, as containers name it. */
const LISTENERS = [
  'postgres:5432',
  'admin-api:8001',
  'admin-api:8006',
  'sync-hub-1:8005',
  'sync-hub-1:8101',
  'sync-hub-2:8005',
  'dataplane-1:8000',
  'dataplane-1:8100',
  'redis:6379',
  'echo:8090',
]

describe('a container of the cluster', () => {
  const cluster = useContainers()

  it.each([
    ['admin-api', ['feed-pair', 'database-password'], ['feed', 'database']],
    ['sync-hub-1', ['cluster-pair', 'feed-pair'], ['cluster', 'feed']],
    ['dataplane-1', ['cluster-pair'], ['cluster']],
    ['echo', [], []],
  ])('%s has the secrets of its links only', async (service, volumes, folders) => {
    const mounts = await cluster.inspect(service, '{{range .Mounts}}{{.Name}} {{.RW}}{{println}}{{end}}')
    const mounted = mounts.split('\n').map((line) => line.replace(/^.*?_/, ''))
    const secret = mounted.filter((line) => /^(cluster-pair|feed-pair|database-password) /.test(line))
    expect(secret.sort()).toEqual(volumes.map((name) => `${name} false`).sort())
    const files = await cluster.exec(service, 'find', '/run/biplane', '-type', 'f')
    const found = new Set(files.split('\n').flatMap((file) => file.split('/')[3] ?? []))
    expect([...found].sort()).toEqual([...folders].sort())
  })

  it.each([
    [
      'admin-api',
      [
        'postgres:5432',
        'admin-api:8001',
        'admin-api:8006',
        'sync-hub-1:8005',
        'sync-hub-1:8101',
        'sync-hub-2:8005',
      ],
    ],
    [
      'dataplane-1',
      [
        'sync-hub-1:8005',
        'sync-hub-1:8101',
        'sync-hub-2:8005',
        'dataplane-1:8000',
        'dataplane-1:8100',
        'redis:6379',
        'echo:8090',
      ],
    ],
    ['echo', ['dataplane-1:8000', 'dataplane-1:8100', 'echo:8090']],
  ])('%s reaches its neighbours on the line and nothing beyond', async (service, reached) => {
    expect(JSON.parse(await cluster.exec(service, 'node', '-e', REACH, ...LISTENERS))).toEqual(reached)
  })

  it.each(['admin-api', 'sync-hub-1', 'dataplane-1', 'echo'])(
    '%s has no privilege and cannot change its image',
    async (service) => {
      const status = await cluster.exec(service, 'cat', '/proc/1/status')
      expect(status).toMatch(/^CapEff:\s+0+$/m)
      expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
      expect(status).toMatch(/^Uid:\s+10001\s/m)
      await expect(cluster.exec(service, 'touch', '/app/x')).rejects.toThrow(/Read-only file system/)
    },
  )

  it.each(['postgres', 'redis'])('%s has no privilege', async (service) => {
    const status = await cluster.exec(service, 'cat', '/proc/1/status')
    expect(status).toMatch(/^CapEff:\s+0+$/m)
    expect(status).not.toMatch(/^Uid:\s+0\s/m)
    await expect(cluster.exec(service, 'touch', '/x')).rejects.toThrow(/Read-only file system/)
  })

  it.each(['admin-api', 'sync-hub-1', 'dataplane-1', 'echo'])(
    '%s ends with 0 when it is told to stop',
    async (service) => {
      await docker('stop', '-t', '20', await cluster.id(service))
      expect(await cluster.inspect(service, '{{.State.ExitCode}} {{.State.OOMKilled}}')).toBe('0 false')
    },
  )
})

/** Prints which of the arguments can be connected to. */
const REACH = `
const { connect } = require('node:net')
const reaches = (listener) => new Promise((done) => {
  const [host, port] = listener.split(':')
  const socket = connect({ host, port: Number(port) })
  const end = (reached) => { socket.destroy(); done(reached) }
  socket.setTimeout(5000, () => end(false)).on('connect', () => end(true)).on('error', () => end(false))
})
const listeners = process.argv.slice(1)
Promise.all(listeners.map(reaches)).then((reached) => console.log(JSON.stringify(listeners.filter((_, index) => reached[index]))))`

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`
