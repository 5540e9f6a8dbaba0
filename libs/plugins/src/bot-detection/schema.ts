import {
  array,
  noConsumer,
  protocolsHttp,
  record,
  slowPatternProblem,
  string,
  type ValueOf,
} from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'

const userAgent = string({ is_regex: true, harm: (pattern) => slowPatternProblem(pattern) })

const config = record(
  {
    allow: array(userAgent, {
      default: [],
      description:
        'An array of regular expressions that should be allowed. The regular expressions will be checked against the `User-Agent` header.',
    }),
    deny: array(userAgent, {
      default: [],
      description:
        'An array of regular expressions that should be denied. The regular expressions will be checked against the `User-Agent` header.',
    }),
  },
  { required: true },
)
export type BotDetectionConfig = ValueOf<typeof config>

export const botDetectionSchema = {
  name: 'bot-detection',
  priority: 2500,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
} satisfies BundledSchema
