import { integer, orAuto, seconds } from '../form.ts'
import { byteSize, duration } from '../quantity.ts'
import { setting } from '../setting.ts'

const dataplane = ['dataplane'] as const

/** How much a node takes at once, and how long it waits for clients. */
export const limitSettings = {
  nginx_events_worker_connections: setting({
    apps: dataplane,
    form: orAuto(integer({ min: 1 })),
    default: 'auto',
    description:
      'How many connections of clients a node holds for each of its workers; those beyond get 503. With auto 16384, or as many as the limit of open files leaves room for.',
  }),
  max_requests_in_flight: setting({
    apps: dataplane,
    form: orAuto(integer({ min: 1 })),
    default: 'auto',
    description:
      'How many requests a node has under way; those beyond get 503. With auto as many as it holds connections.',
  }),
  max_buffered_bytes: setting({
    apps: dataplane,
    form: orAuto(byteSize),
    default: 'auto',
    description:
      'How many bytes of bodies a node holds as a whole, for request_buffering and for plugins; requests beyond get 503. With auto a quarter of the memory that it may use.',
  }),
  max_pending_connects: setting({
    apps: dataplane,
    form: integer({ min: 1 }),
    default: '256',
    description:
      'How many connections a worker opens at the same moment to one upstream address; where more are wanted, the next target is tried, and at last the client gets 503.',
  }),
  max_event_loop_delay: setting({
    apps: dataplane,
    form: seconds,
    default: '1',
    description:
      'How many seconds a worker may be late, again and again, before it answers new requests with 503 until it is not; 0 sets no bound.',
  }),
  nginx_http_client_header_timeout: setting({
    apps: dataplane,
    form: duration,
    default: '60s',
    description: 'How long a client may take for the head of a request, and for the handshake of TLS.',
  }),
  nginx_http_client_body_timeout: setting({
    apps: dataplane,
    form: duration,
    default: '60s',
    description: 'How long a client may pause in the middle of the body of a request.',
  }),
  nginx_http_send_timeout: setting({
    apps: dataplane,
    form: duration,
    default: '60s',
    description: 'How long a client may take nothing of an answer that is on its way.',
  }),
  nginx_http_keepalive_timeout: setting({
    apps: dataplane,
    form: duration,
    default: '75s',
    description: 'How long a client may keep a connection without a request; 0 closes it with each answer.',
  }),
  nginx_http_keepalive_requests: setting({
    apps: dataplane,
    form: integer({ min: 0 }),
    default: '1000',
    description: 'How many requests one connection of a client carries; the last answer closes it.',
  }),
  nginx_http_keepalive_time: setting({
    apps: dataplane,
    form: duration,
    default: '1h',
    description: 'How old a connection of a client may be before the next answer closes it.',
  }),
  nginx_main_worker_shutdown_timeout: setting({
    apps: dataplane,
    form: duration,
    default: '8s',
    description:
      'How long a node that is told to stop waits for requests and tunnels, once it takes no more; what is left is cut.',
  }),
}
