import { charset } from '../charset.ts'
import { errorTemplate } from '../error-template.ts'
import { pathUnderPrefix } from '../folders.ts'
import { flag, integer, listOf, oneOf, optional, seconds, text } from '../form.ts'
import { listens, proxyListens, streamListens } from '../listen.ts'
import { addressRange } from '../network.ts'
import { certificate, privateKey } from '../pem.ts'
import { portMaps } from '../port-maps.ts'
import { byteSize, mapSize, workers } from '../quantity.ts'
import { responseHeaders } from '../response-headers.ts'
import { setting } from '../setting.ts'

const dataplane = ['dataplane'] as const
const hubAndNode = ['sync-hub', 'dataplane'] as const

const errorPage = (type: string) =>
  setting({
    apps: dataplane,
    form: optional(errorTemplate),
    default: '',
    description: `The page that tells of an error as ${type}, in place of the built-in one.`,
  })

/** Where HTTP comes in, how it is carried on, and the copy of the config that it is served from. */
export const trafficSettings = {
  proxy_listen: setting({
    apps: dataplane,
    form: proxyListens,
    default: '0.0.0.0:8000 reuseport backlog=16384, 0.0.0.0:8443 http2 ssl reuseport backlog=16384',
    description:
      'Where clients connect. At an address with proxy_protocol, only whoever begins with a head of the PROXY protocol, version 1 or 2.',
  }),
  stream_listen: setting({
    apps: dataplane,
    form: streamListens,
    default: 'off',
    description:
      'Where streams come in, which routes for tcp, tls, tls_passthrough and udp carry on: connections, or datagrams at an address with udp. An address with ssl takes TLS, which ends here or passes as its route says.',
  }),
  port_maps: setting({
    apps: dataplane,
    form: portMaps,
    default: '',
    description:
      'Where something in front maps ports: 80:8000 says that who arrives at 8000 has connected to 80, which upstreams and logs are told.',
  }),
  status_listen: setting({
    apps: hubAndNode,
    form: listens,
    default: { kong: 'off', 'sync-hub': '0.0.0.0:8101', dataplane: 'off' },
    description: 'Where status and metrics may be read.',
  }),
  status_ssl_cert: setting({
    apps: hubAndNode,
    form: optional(certificate),
    default: '',
    description:
      'The certificate of the TLS addresses of status_listen. Without it, one is made and kept under the prefix.',
  }),
  status_ssl_cert_key: setting({
    apps: hubAndNode,
    form: optional(privateKey),
    default: '',
    secret: true,
    description: 'The private key of status_ssl_cert.',
  }),
  nginx_worker_processes: setting({
    apps: dataplane,
    form: workers,
    default: 'auto',
    description: 'How many worker threads carry traffic. auto is one per core, and at least two.',
  }),
  drain_delay: setting({
    apps: dataplane,
    form: seconds,
    default: '0',
    description:
      'How many seconds a node that SIGTERM tells to stop still takes clients, while /status/ready already sends them elsewhere. Longer than whoever looks there needs to notice.',
  }),
  lmdb_environment_path: setting({
    apps: hubAndNode,
    form: pathUnderPrefix,
    default: 'dbless.lmdb',
    description: 'The folder of the copy of the config, under the prefix unless absolute.',
  }),
  lmdb_map_size: setting({
    apps: hubAndNode,
    form: mapSize,
    default: '2048m',
    description:
      'The size that the copy of the config may reach. It is a limit only when set; otherwise the copy grows.',
  }),
  headers: setting({
    apps: ['admin-api', 'dataplane'],
    form: responseHeaders,
    default: 'server_tokens, latency_tokens',
    description: 'The headers that are added to answers.',
  }),
  router_flavor: setting({
    apps: ['admin-api', 'dataplane'],
    form: oneOf('traditional_compatible', 'traditional', 'expressions'),
    default: 'traditional_compatible',
    description:
      'How routes say what they match, and which of those that match wins. The same on control plane and nodes.',
  }),
  debug_revision: setting({
    apps: dataplane,
    form: flag,
    default: 'off',
    description:
      'Whether answers name the revision of the config that made them, in X-Biplane-Revision, and the worker, in X-Biplane-Worker.',
  }),
  trusted_ips: setting({
    apps: dataplane,
    form: listOf(addressRange),
    default: '',
    description: 'The addresses whose forwarding headers are believed.',
  }),
  real_ip_header: setting({
    apps: dataplane,
    form: text,
    default: 'X-Real-IP',
    description:
      'The header in which a trusted address names the client, or proxy_protocol, where it does so as it connects.',
  }),
  real_ip_recursive: setting({
    apps: dataplane,
    form: flag,
    default: 'off',
    description:
      'Whether the client is the last address of that header that is not trusted, instead of the last.',
  }),
  allow_debug_header: setting({
    apps: dataplane,
    form: flag,
    default: 'off',
    description:
      'Whether a request with a Kong-Debug header is told its route and service, in Kong-Route-Id, Kong-Route-Name, Kong-Service-Id and Kong-Service-Name.',
  }),
  lua_max_req_headers: setting({
    apps: dataplane,
    form: integer({ min: 1, max: 1000 }),
    default: '100',
    description: 'How many header lines of a request its route is looked for by. All of them go on.',
  }),
  lua_max_uri_args: setting({
    apps: dataplane,
    form: integer({ min: 1, max: 1000 }),
    default: '100',
    description: 'How many arguments of a query a route is looked for by, in expressions. All of them go on.',
  }),
  error_default_type: setting({
    apps: dataplane,
    form: oneOf('text/plain', 'text/html', 'application/json', 'application/xml'),
    default: 'text/plain',
    description:
      'The type of the page that tells of a fault between client, node and upstream, where the request has neither Accept nor Content-Type.',
  }),
  error_template_html: errorPage('HTML'),
  error_template_json: errorPage('JSON'),
  error_template_xml: errorPage('XML'),
  error_template_plain: errorPage('plain text'),
  nginx_http_charset: setting({
    apps: dataplane,
    form: charset,
    default: 'UTF-8',
    description: 'The charset that is told of text from upstreams that tells none itself, or off.',
  }),
  nginx_http_client_max_body_size: setting({
    apps: dataplane,
    form: byteSize,
    default: '0',
    description: 'The largest body that a request may have; a larger one gets 413. 0 sets no bound.',
  }),
  nginx_http_client_body_buffer_size: setting({
    apps: dataplane,
    form: byteSize,
    default: '8k',
    description:
      'How much of the body of a request is held in memory, for routes with request_buffering, before the node turns to the upstream. A longer body is stored in a file in client_body_temp, under the prefix.',
  }),
  client_ssl: setting({
    apps: dataplane,
    form: flag,
    default: 'off',
    description:
      'Whether upstreams that ask for a certificate are shown client_ssl_cert, where neither service nor upstream name one.',
  }),
  client_ssl_cert: setting({
    apps: dataplane,
    form: optional(certificate),
    default: '',
    description: 'The certificate that upstreams are shown if client_ssl is on.',
  }),
  client_ssl_cert_key: setting({
    apps: dataplane,
    form: optional(privateKey),
    default: '',
    secret: true,
    description: 'The private key of client_ssl_cert.',
  }),
  upstream_keepalive_pool_size: setting({
    apps: dataplane,
    form: integer({ min: 0 }),
    default: '512',
    description: 'How many idle connections a worker keeps to one upstream address; 0 keeps none.',
  }),
  upstream_keepalive_max_requests: setting({
    apps: dataplane,
    form: integer({ min: 0 }),
    default: '1000',
    description: 'How many requests one upstream connection carries; 0 sets no bound.',
  }),
  upstream_keepalive_idle_timeout: setting({
    apps: dataplane,
    form: seconds,
    default: '60',
    description: 'How many seconds an upstream connection may be idle; 0 sets no bound.',
  }),
}
