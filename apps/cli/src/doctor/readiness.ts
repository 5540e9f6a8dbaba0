import { refusal } from '../admin/client.ts'
import { Failure } from '../frame/failure.ts'
import type { Check } from './check.ts'
import { type Finding, fine, problem, warning } from './finding.ts'

/** Whether the app, where it runs, is well in its own eyes. */
export const readiness: Check = {
  name: 'readiness',
  async examine({ installation: { app }, contacts, signal }) {
    const [own, status] = [await contacts.ownProcess(), contacts.ownStatus()]
    if (own === null || status === null) return []
    const subject = `the running ${app}`
    const request = { method: 'GET', path: '/status/ready', patienceMs: PATIENCE_MS } as const
    const answer = await status.send(request, signal).catch(asFailure)
    return [answer instanceof Failure ? hangs(subject, own, answer) : judge(subject, answer)]
  },
}

const PATIENCE_MS = 5000

function judge(subject: string, answer: Parameters<typeof refusal>[0]): Finding {
  if (answer.status === 200) return fine(subject, 'is ready')
  const remedy = 'see what else is found here, and its log'
  return warning(subject, `is not ready: ${refusal(answer).message}`, remedy)
}

function hangs(subject: string, pid: number, { message }: Failure): Finding {
  return problem(
    subject,
    `is process ${pid} and does not answer: ${message}`,
    'see its log; if it hangs, restart it',
  )
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  throw error
}
