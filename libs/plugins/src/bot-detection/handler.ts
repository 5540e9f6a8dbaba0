import { BoundedRegex, pcreToRegExp } from '@biplane/entities'
import type { Verdict } from '../context.ts'
import { definePlugin } from '../define-plugin.ts'
import { isKnownBot } from './known-bots.ts'
import { type BotDetectionConfig, botDetectionSchema } from './schema.ts'

export const botDetection = definePlugin<BotDetectionConfig>({
  name: botDetectionSchema.name,
  priority: botDetectionSchema.priority,
  create({ allow, deny }) {
    const isAllowed = matcher(allow ?? [])
    const isDenied = matcher(deny ?? [])
    return {
      access({ request }) {
        const [given, ...others] = request.headers.getAll('user-agent')
        if (given === undefined) return undefined
        if (others.length > 0) return REPEATED
        const agent = given.trim()
        if (isAllowed(agent)) return undefined
        return isDenied(agent) || isKnownBot(agent) ? FORBIDDEN : undefined
      },
    }
  },
})

const REPEATED = { status: 400, error: 'Only one User-Agent header allowed' } satisfies Verdict
const FORBIDDEN = { status: 403, error: 'Forbidden' } satisfies Verdict

/** @param patterns any part of the text may match any of them */
function matcher(patterns: readonly string[]): (text: string) => boolean {
  const regexes = patterns.map((pattern) => {
    const regex = new BoundedRegex(pcreToRegExp(pattern))
    regex.prepare()
    return regex
  })
  return (text) => regexes.some((regex) => regex.exec(text) !== null)
}
