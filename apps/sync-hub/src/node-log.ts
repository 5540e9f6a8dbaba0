import { pluginMismatchWarning, versionMismatchWarning } from '@biplane/compat'
import {
  type Answer,
  type Delta,
  describeViolation,
  type Hello,
  type Snapshot,
  type Violation,
  type Withheld,
} from '@biplane/protocol'
import { type Logger, News } from '@biplane/service'

/** What an operator reads about one node. A delta is everyday life; all else is worth a line. */
export class NodeLog {
  readonly #log: Logger
  readonly #hello: Hello
  readonly #ip: string
  readonly #cpVersion: string
  /** Of why it is not served. */
  readonly #news: News
  #leftOut = ''

  /** @param log says which node it is */
  constructor(log: Logger, hello: Hello, ip: string, cpVersion: string, now: () => number) {
    this.#log = log
    this.#hello = hello
    this.#ip = ip
    this.#cpVersion = cpVersion
    this.#news = new News(now)
  }

  offered(update: Snapshot | Delta): void {
    const { kind, to, body } = update
    const level = kind === 'snapshot' ? 'info' : 'debug'
    const from = kind === 'delta' ? { from: update.from.revision } : {}
    this.#log[level]({ ...from, to: to.revision, hash: to.hash, bytes: body.size }, `sending a ${kind}`)
  }

  answered(answer: Answer, { kind, to }: Snapshot | Delta): void {
    if (answer.kind === 'applied') {
      this.#news.over()
      const level = kind === 'snapshot' ? 'info' : 'debug'
      this.#log[level]({ revision: to.revision, tookMs: answer.tookMs }, `the node applied the ${kind}`)
      return
    }
    const { revision, retryable, errors } = answer
    const [first] = errors
    const cause = first ? `: ${describeViolation(first)}` : ''
    if (retryable) {
      const level = this.#news.is(cause) ? 'warn' : 'debug'
      this.#log[level]({ revision, errors }, `the node cannot store revision ${revision} yet${cause}`)
      return
    }
    this.#news.over()
    this.#log.error({ revision, errors }, `the node rejected revision ${revision}${cause}`)
  }

  /** What is left out of what the node has applied, told when it changes. */
  leftOut(revision: number, quarantined: readonly Violation[]): void {
    const names = quarantined.map(describeViolation).join('; ')
    if (names === this.#leftOut) return
    this.#leftOut = names
    if (names === '') this.#log.info({ revision }, 'nothing is left out for the node any more')
    else this.#log.warn({ revision, quarantined }, `the node is served without what it rejected: ${names}`)
  }

  withheld({ to, reason }: Withheld): void {
    const { kind, message, subject } = reason
    const fields = { revision: to.revision, status: kind, cause: message, subject }
    if (!this.#news.is(message)) {
      this.#log.debug(fields, 'still withheld')
      return
    }
    const node = { hostname: this.#hello.hostname, ip: this.#ip }
    switch (kind) {
      case 'source_empty':
        this.#log.info(fields, 'no config to send to the node yet')
        break
      case 'kong_version_incompatible':
        this.#log.warn(fields, versionMismatchWarning(node, this.#cpVersion, this.#hello.version))
        break
      case 'plugin_set_incompatible':
      case 'plugin_version_incompatible':
      case 'filter_set_incompatible':
        this.#log.warn(fields, pluginMismatchWarning(node))
    }
  }
}
