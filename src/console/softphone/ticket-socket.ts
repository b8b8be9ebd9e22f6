import JsSIP from 'jssip';

interface SocketInternals {
  _url: string;
  _ws: WebSocket | null;
}

/** The library reads its address once; ours asks for the newest ticket at each connection. */
export class TicketSocket extends JsSIP.WebSocketInterface {
  readonly #address: () => string;

  constructor(address: () => string) {
    super(address());
    this.#address = address;
  }

  override connect(): void {
    (this as unknown as SocketInternals)._url = this.#address();
    super.connect();
  }

  /** Closes the wire without unbinding, so that the library notices and connects anew. */
  bounce(): void {
    (this as unknown as SocketInternals)._ws?.close(4000, 'no answer to REGISTER');
  }
}
