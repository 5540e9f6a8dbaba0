import type { Socket } from 'node:net'
import { type CallCredentials, ChannelCredentials, type ChannelOptions } from '@grpc/grpc-js'

type SecureConnector = ReturnType<ChannelCredentials['_createSecureConnector']>
type Target = Parameters<ChannelCredentials['_createSecureConnector']>[0]

/**
 * Credentials with which nothing can be connected once the signal has aborted. A channel of grpc-js that is closed just
 * after an attempt has failed makes one more after its back-off, and keeps the connection for ever.
 */
export class CredentialsUntil extends ChannelCredentials {
  readonly #signal: AbortSignal
  readonly #inner: ChannelCredentials
  readonly #way: (socket: Socket) => Promise<Socket> | Socket

  /** @param way from the end of the TCP connection to that of TLS, where they are not the same */
  constructor(
    signal: AbortSignal,
    inner: ChannelCredentials,
    way: (socket: Socket) => Promise<Socket> | Socket,
  ) {
    super()
    this.#signal = signal
    this.#inner = inner
    this.#way = way
  }

  override _isSecure(): boolean {
    return this.#inner._isSecure()
  }

  override _equals(other: ChannelCredentials): boolean {
    return other === this
  }

  override _createSecureConnector(
    target: Target,
    options: ChannelOptions,
    call?: CallCredentials,
  ): SecureConnector {
    const [signal, way] = [this.#signal, this.#way]
    const connector = this.#inner._createSecureConnector(target, options, call)
    return {
      waitForReady: async () => {
        signal.throwIfAborted()
        await connector.waitForReady()
      },
      async connect(socket: Socket) {
        signal.throwIfAborted()
        const connected = await connector.connect(await way(socket))
        if (signal.aborted) connected.socket.destroy()
        signal.throwIfAborted()
        return connected
      },
      getCallCredentials: () => connector.getCallCredentials(),
      destroy: () => connector.destroy(),
    }
  }
}
