import { boolean, headerName, integer, protocolsHttp, record, string, type ValueOf } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'

const config = record(
  {
    status_code: integer({
      default: 503,
      required: true,
      between: [100, 599],
      description: 'The response code to send. Must be an integer between 100 and 599.',
    }),
    message: string({ description: 'The message to send, if using the default response generator.' }),
    content_type: string({ description: 'Content type of the raw response configured with `config.body`.' }),
    body: string({
      description:
        'The raw response body to send. This is mutually exclusive with the `config.message` field.',
    }),
    echo: boolean({
      default: false,
      required: true,
      description:
        'When set, the plugin will echo a copy of the request back to the client. The main usecase for this is debugging. It can be combined with `trigger` in order to debug requests on live systems without disturbing real traffic.',
    }),
    trigger: headerName({}),
  },
  { required: true, custom: answerProblem },
)
export type RequestTerminationConfig = ValueOf<typeof config>

export const requestTerminationSchema = {
  name: 'request-termination',
  priority: 2,
  fields: { protocols: protocolsHttp, config },
} satisfies BundledSchema

interface Answer {
  readonly message: string | null
  readonly content_type: string | null
  readonly body: string | null
  readonly echo: boolean
}

/** There are three ways to say what to answer, and they exclude each other. */
function answerProblem({ message, content_type: contentType, body, echo }: Answer): string | undefined {
  if (message && (contentType || body)) return 'message cannot be used with content_type or body'
  if (contentType && !body) return 'content_type requires a body'
  if (echo && body) return 'echo cannot be used with content_type and body'
  return undefined
}
