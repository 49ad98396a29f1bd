// Requests of our own and their answers, as kafkajs' connections take them.

/** Which request it is: number and version as in the protocol guide, and its name for errors. */
export interface RequestKind {
  readonly apiKey: number
  readonly apiVersion: number
  readonly apiName: string
}

export interface ProtocolRequest extends RequestKind {
  /** kafkajs looks at `buf` to know an encoder, and sends `buffer`. */
  encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>
}

export interface ProtocolResponse<T> {
  decode(payload: Buffer): Promise<T & { readonly clientSideThrottleTime: number }>
  parse(decoded: T): Promise<T>
}

/** `body`: what follows the request's header. */
export const requestOf = (kind: RequestKind, body: Buffer): ProtocolRequest => ({
  ...kind,
  encode: () => Promise.resolve({ buf: body, buffer: body }),
})

/** `decode`: of what follows the answer's header; what it throws, the request is rejected with. */
export const responseOf = <T>(
  decode: (payload: Buffer) => T & { readonly clientSideThrottleTime: number },
): ProtocolResponse<T> => ({
  decode: async (payload) => decode(payload),
  parse: (answer) => Promise.resolve(answer),
})
