import { flag, integer, oneOf, optional, seconds, text } from '../form.ts'
import { labels } from '../labels.ts'
import { addresses, listens } from '../listen.ts'
import { proxyUrl } from '../network.ts'
import { certificate, certificates, privateKey, trusted } from '../pem.ts'
import { setting } from '../setting.ts'

const controlPlane = ['admin-api', 'sync-hub'] as const
const hubAndNode = ['sync-hub', 'dataplane'] as const

/** The line: feed from admin-api to hubs, streams from hubs to nodes. */
export const clusterSettings = {
  feed_listen: setting({
    apps: ['admin-api'],
    form: listens,
    default: '0.0.0.0:8006',
    description: 'Where hubs connect for changes. Always TLS.',
  }),
  feed_cert: setting({
    apps: controlPlane,
    form: certificate,
    default: '',
    requiredIn: ['control_plane'],
    description:
      'The certificate of the control plane, the same for all its processes. Nodes must not have it.',
  }),
  feed_cert_key: setting({
    apps: controlPlane,
    form: privateKey,
    default: '',
    requiredIn: ['control_plane'],
    secret: true,
    description: 'The private key of feed_cert.',
  }),
  feed_cert_accepted: setting({
    apps: controlPlane,
    form: certificates,
    default: '',
    description:
      'Certificates that the other end of a feed may have besides feed_cert: the old one, or the next, while one replaces the other.',
  }),
  cluster_feed: setting({
    apps: ['sync-hub'],
    form: addresses,
    default: '127.0.0.1:8006',
    description:
      'The feeds, or hubs with a relay_listen, that a hub may follow, one at a time, in order of preference.',
  }),
  relay_listen: setting({
    apps: ['sync-hub'],
    form: listens,
    default: 'off',
    description:
      'Where other hubs connect that follow this one. Always TLS, with feed_cert; nodes are refused.',
  }),
  cluster_drain_timeout: setting({
    apps: ['sync-hub'],
    form: seconds,
    default: '5',
    description:
      'How many seconds a hub that SIGTERM tells to stop still serves those who find no other hub to go to. The others leave at once.',
  }),
  cluster_listen: setting({
    apps: ['sync-hub'],
    form: listens,
    default: '0.0.0.0:8005',
    description: 'Where nodes connect. Always TLS.',
  }),
  cluster_mtls: setting({
    apps: hubAndNode,
    form: oneOf('shared', 'pki'),
    default: 'shared',
    description:
      'How hub and node know each other: shared compares the one certificate that all of them have; pki asks for a certificate of its own from the authority in cluster_ca_cert.',
  }),
  cluster_cert: setting({
    apps: hubAndNode,
    form: certificate,
    default: '',
    requiredIn: ['control_plane', 'data_plane'],
    description:
      'The certificate that hubs and nodes share; or, when cluster_mtls is pki, that of this hub or node, those between it and the authority after it.',
  }),
  cluster_cert_key: setting({
    apps: hubAndNode,
    form: privateKey,
    default: '',
    requiredIn: ['control_plane', 'data_plane'],
    secret: true,
    description: 'The private key of cluster_cert.',
  }),
  cluster_cert_accepted: setting({
    apps: hubAndNode,
    form: certificates,
    default: '',
    description:
      'Certificates that the other end may have besides cluster_cert, when cluster_mtls is shared: the old one, or the next, while one replaces the other.',
  }),
  cluster_ca_cert: setting({
    apps: hubAndNode,
    form: optional(certificate),
    default: '',
    description:
      'The authority that issued the certificates, when cluster_mtls is pki: its root, or several roots. Without it, a node trusts the authorities of its machine.',
  }),
  cluster_server_name: setting({
    apps: ['dataplane'],
    form: optional(text),
    default: '',
    description:
      'The name that the certificate of the hub must have, when cluster_mtls is pki. Without it, the host that the node connects to.',
  }),
  cluster_ocsp: setting({
    apps: ['sync-hub'],
    form: oneOf('off', 'on', 'optional'),
    default: 'off',
    description:
      'Whether the responder that the certificate of a node names is asked if it was revoked, when cluster_mtls is pki. With on, a new connection is refused where it cannot be told; with optional only where it was revoked.',
  }),
  cluster_ocsp_interval: setting({
    apps: ['sync-hub'],
    form: integer({ min: 1, max: 86_400, unit: 's' }),
    default: '3',
    description:
      'How often the responder is asked again about each node that is connected. A node that was revoked is cut off; one of which it cannot be told stays.',
  }),
  compat_refuse_insecure: setting({
    apps: ['sync-hub'],
    form: flag,
    default: 'off',
    description:
      'Whether older nodes get no config at all, instead of one that would leave them less secure than newer ones.',
  }),
  cluster_control_plane: setting({
    apps: ['dataplane'],
    form: addresses,
    default: '127.0.0.1:8005',
    description: 'The hubs that a node may connect to, one at a time, in order of preference.',
  }),
  cluster_dp_labels: setting({
    apps: ['dataplane'],
    form: labels,
    default: '',
    description: 'Labels that tell nodes apart, shown in the list of data planes.',
  }),
  cluster_use_proxy: setting({
    apps: ['dataplane'],
    form: flag,
    default: 'off',
    description: 'Whether a node reaches its hubs through proxy_server, by HTTP CONNECT.',
  }),
  proxy_server: setting({
    apps: ['dataplane'],
    form: optional(proxyUrl),
    default: '',
    secret: true,
    description:
      'The forward proxy between a node and its hubs. Port 443 where none is given. In user and password, reserved characters are written as %40 and the like.',
  }),
  proxy_server_ssl_verify: setting({
    apps: ['dataplane'],
    form: flag,
    default: 'on',
    description: 'Whether the certificate of an https proxy_server is verified.',
  }),
  lua_ssl_trusted_certificate: setting({
    apps: ['dataplane'],
    form: trusted,
    default: 'system',
    description: 'The authorities that the certificate of an https proxy_server may come from.',
  }),
}
