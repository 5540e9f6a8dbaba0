import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Nginx {
  readonly pids: readonly number[]
  stop(): Promise<void>
}

/** An upstream that answers every request with 34 bytes. */
export function upstreamConfig(port: number): string {
  return `server { listen 127.0.0.1:${port} backlog=4096; location / { return 200 "{\\"message\\":\\"hello from upstream\\"}\\n"; } }`
}

/** A reverse proxy as the peer of ours: keep-alive to the upstream, no log. */
export function proxyConfig(port: number, upstream: number): string {
  return `upstream u { server 127.0.0.1:${upstream}; keepalive 256; }
  server { listen 127.0.0.1:${port} backlog=4096; location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; } }`
}

/** One nginx with one worker, in the foreground. @throws Error when it is not installed */
export async function startNginx(home: string, name: string, servers: string): Promise<Nginx> {
  const directory = join(home, name)
  mkdirSync(directory, { recursive: true })
  const file = join(directory, 'nginx.conf')
  writeFileSync(
    file,
    `daemon off; master_process off; worker_processes 1; pid ${directory}/pid; error_log ${directory}/error.log;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000; client_body_temp_path ${directory}; proxy_temp_path ${directory};
  fastcgi_temp_path ${directory}; uwsgi_temp_path ${directory}; scgi_temp_path ${directory};
  ${servers} }`,
  )
  const child = spawn('nginx', ['-c', file, '-p', directory], { stdio: 'ignore' })
  await started(child)
  return {
    pids: [child.pid ?? 0],
    stop: () =>
      new Promise((done) => {
        child.once('exit', () => done())
        child.kill('SIGTERM')
      }),
  }
}

function started(child: ChildProcess): Promise<void> {
  return new Promise((done, fail) => {
    child.once('spawn', done)
    child.once('error', (cause) =>
      fail(new Error('nginx is not installed: apt-get install nginx-light', { cause })),
    )
  })
}
