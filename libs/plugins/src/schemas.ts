import { randomBytes } from 'node:crypto'
import type { PluginSchema } from '@biplane/entities'
import { aclSchema } from './acl/schema.ts'
import { acmeSchema } from './acme/schema.ts'
import { awsLambdaSchema } from './aws-lambda/schema.ts'
import { azureFunctionsSchema } from './azure-functions/schema.ts'
import { basicAuthSchema } from './basic-auth/schema.ts'
import { botDetectionSchema } from './bot-detection/schema.ts'
import type { BundledSchema } from './bundled.ts'
import { correlationIdSchema } from './correlation-id/schema.ts'
import { corsSchema } from './cors/schema.ts'
import { datadogSchema } from './datadog/schema.ts'
import { fileLogSchema } from './file-log/schema.ts'
import { grpcGatewaySchema } from './grpc-gateway/schema.ts'
import { grpcWebSchema } from './grpc-web/schema.ts'
import { hmacAuthSchema } from './hmac-auth/schema.ts'
import { httpLogSchema } from './http-log/schema.ts'
import { ipRestrictionSchema } from './ip-restriction/schema.ts'
import { jwtSchema } from './jwt/schema.ts'
import { keyAuthSchema } from './key-auth/schema.ts'
import { ldapAuthSchema } from './ldap-auth/schema.ts'
import { logglySchema } from './loggly/schema.ts'
import { oauth2Schema } from './oauth2/schema.ts'
import { opentelemetrySchema } from './opentelemetry/schema.ts'
import { postFunctionSchema } from './post-function/schema.ts'
import { preFunctionSchema } from './pre-function/schema.ts'
import { prometheusSchema } from './prometheus/schema.ts'
import { proxyCacheSchema } from './proxy-cache/schema.ts'
import { rateLimitingSchema } from './rate-limiting/schema.ts'
import { requestSizeLimitingSchema } from './request-size-limiting/schema.ts'
import { requestTerminationSchema } from './request-termination/schema.ts'
import { requestTransformerSchema } from './request-transformer/schema.ts'
import { responseRatelimitingSchema } from './response-ratelimiting/schema.ts'
import { responseTransformerSchema } from './response-transformer/schema.ts'
import { sessionSchema } from './session/schema.ts'
import { statsdSchema } from './statsd/schema.ts'
import { syslogSchema } from './syslog/schema.ts'
import { tcpLogSchema } from './tcp-log/schema.ts'
import { udpLogSchema } from './udp-log/schema.ts'
import { zipkinSchema } from './zipkin/schema.ts'

/** Every plugin that ships with the product, by name. */
function schemas(): readonly BundledSchema[] {
  return [
    aclSchema,
    acmeSchema,
    awsLambdaSchema,
    azureFunctionsSchema,
    basicAuthSchema,
    botDetectionSchema,
    correlationIdSchema,
    corsSchema,
    datadogSchema,
    fileLogSchema,
    grpcGatewaySchema,
    grpcWebSchema,
    hmacAuthSchema,
    httpLogSchema,
    ipRestrictionSchema,
    jwtSchema,
    keyAuthSchema,
    ldapAuthSchema,
    logglySchema,
    oauth2Schema,
    opentelemetrySchema,
    postFunctionSchema,
    preFunctionSchema,
    prometheusSchema,
    proxyCacheSchema,
    rateLimitingSchema,
    requestSizeLimitingSchema,
    requestTerminationSchema,
    requestTransformerSchema,
    responseRatelimitingSchema,
    responseTransformerSchema,
    sessionSchema(randomBytes(33).toString('base64url')),
    statsdSchema,
    syslogSchema,
    tcpLogSchema,
    udpLogSchema,
    zipkinSchema,
  ]
}

/**
 * What a control plane knows of the plugins that ship with the product, by name. It loads no handlers. To be asked once in
 * a process: each answer has a secret of its own for the sessions of plugins that state none.
 *
 * @param version the product's version, which bundled plugins carry, but for those that state one of their own
 */
export function bundledPlugins(version: string): ReadonlyMap<string, PluginSchema> {
  return new Map(schemas().map((schema) => [schema.name, { checks: [], version, ...schema }]))
}
