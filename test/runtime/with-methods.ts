// A port with some of its methods replaced; all others are its own.
export function withMethods<P extends object>(port: P, methods: Partial<P>): P {
  return new Proxy(port, {
    get: (_, name) => {
      const own = port[name as keyof P]
      const method = name in methods ? methods[name as keyof P] : own
      return typeof method === 'function' ? (method.bind(port) as unknown) : method
    },
  })
}
