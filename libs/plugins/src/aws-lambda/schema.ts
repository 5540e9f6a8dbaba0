import {
  boolean,
  customCheck,
  host,
  integer,
  type JsonObject,
  mutuallyRequired,
  number,
  port,
  protocolsHttp,
  readDotted,
  record,
  string,
  url,
} from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'

const config = record(
  {
    timeout: number({
      required: true,
      default: 60000,
      description: 'An optional timeout in milliseconds when invoking the function.',
    }),
    keepalive: number({
      required: true,
      default: 60000,
      description:
        'An optional value in milliseconds that defines how long an idle connection lives before being closed.',
    }),
    aws_key: string({
      encrypted: true,
      referenceable: true,
      description: 'The AWS key credential to be used when invoking the function.',
    }),
    aws_secret: string({
      encrypted: true,
      referenceable: true,
      description: 'The AWS secret credential to be used when invoking the function. ',
    }),
    aws_assume_role_arn: string({
      encrypted: true,
      referenceable: true,
      description: 'The target AWS IAM role ARN used to invoke the Lambda function.',
    }),
    aws_role_session_name: string({
      default: 'kong',
      description: 'The identifier of the assumed role session.',
    }),
    aws_region: host({}),
    function_name: string({ required: false, description: 'The AWS Lambda function name to invoke.' }),
    qualifier: string({ description: 'The qualifier to use when invoking the function.' }),
    invocation_type: string({
      required: true,
      default: 'RequestResponse',
      one_of: ['RequestResponse', 'Event', 'DryRun'],
      description:
        'The InvocationType to use when invoking the function. Available types are RequestResponse, Event, DryRun.',
    }),
    log_type: string({
      required: true,
      default: 'Tail',
      one_of: ['Tail', 'None'],
      description: 'The LogType to use when invoking the function. By default, None and Tail are supported.',
    }),
    host: host({}),
    port: port({ default: 443 }),
    disable_https: boolean({ default: false }),
    unhandled_status: integer({
      between: [100, 999],
      description:
        'The response status code to use (instead of the default 200, 202, or 204) in the case of an Unhandled Function Error.',
    }),
    forward_request_method: boolean({
      default: false,
      description:
        'An optional value that defines whether the original HTTP request method verb is sent in the request_method field of the JSON-encoded request.',
    }),
    forward_request_uri: boolean({
      default: false,
      description:
        'An optional value that defines whether the original HTTP request URI is sent in the request_uri field of the JSON-encoded request.',
    }),
    forward_request_headers: boolean({
      default: false,
      description:
        'An optional value that defines whether the original HTTP request headers are sent as a map in the request_headers field of the JSON-encoded request.',
    }),
    forward_request_body: boolean({
      default: false,
      description:
        'An optional value that defines whether the request body is sent in the request_body field of the JSON-encoded request. If the body arguments can be parsed, they are sent in the separate request_body_args field of the request. ',
    }),
    is_proxy_integration: boolean({
      default: false,
      description:
        'An optional value that defines whether the response format to receive from the Lambda to this format.',
    }),
    awsgateway_compatible: boolean({
      default: false,
      description:
        'An optional value that defines whether the plugin should wrap requests into the Amazon API gateway.',
    }),
    proxy_url: url({}),
    skip_large_bodies: boolean({
      default: true,
      description:
        'An optional value that defines whether Kong should send large bodies that are buffered to disk',
    }),
    base64_encode_body: boolean({
      default: true,
      description: 'An optional value that Base64-encodes the request body.',
    }),
    aws_imds_protocol_version: string({
      required: true,
      default: 'v1',
      one_of: ['v1', 'v2'],
      description: 'Identifier to select the IMDS protocol version to use: `v1` or `v2`.',
    }),
  },
  { required: true },
)

export const awsLambdaSchema = {
  name: 'aws-lambda',
  priority: 750,
  fields: { protocols: protocolsHttp, config },
  checks: [
    mutuallyRequired('config.aws_key', 'config.aws_secret'),
    customCheck(['config.proxy_url'], proxyProblem),
  ],
} satisfies BundledSchema

/** Requests to AWS go through the proxy by CONNECT, which is asked for in the clear. */
function proxyProblem(plugin: JsonObject): string | undefined {
  const [, scheme] = /^([^:]+):\/\//.exec(String(readDotted(plugin, 'config.proxy_url'))) ?? []
  return scheme === undefined || scheme === 'http' ? undefined : 'proxy_url scheme must be http'
}
