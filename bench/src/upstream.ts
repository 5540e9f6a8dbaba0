import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** An upstream in a process of its own: the base of its URLs. @throws Error when it ends at once */
export async function startUpstream(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [`${import.meta.dirname}/upstream-main.ts`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const [port] = await Promise.race([once(child.stdout, 'data'), ended])
  if (child.exitCode !== null) throw new Error(`the upstream ended with ${child.exitCode}`)
  return {
    url: `http://127.0.0.1:${Number(port)}`,
    async stop() {
      child.stdin.end()
      await ended
    },
  }
}
