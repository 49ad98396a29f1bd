// Whatever a URL of Redis can hold arrives at the connection; what it cannot is refused, without
// being quoted.
import { expect, it } from 'vitest'
import fc from 'fast-check'
import { readAddress } from '../../../src/adapters/redis/address.ts'

it('takes what is not said from the defaults, and the brackets off an address', () => {
  expect(readAddress('redis://host')).toEqual({ host: 'host', port: 6379, db: 0 })
  expect(readAddress('rediss://[::1]:7000/3')).toEqual({ host: '::1', port: 7000, db: 3 })
  expect(readAddress('redis://:p@host/')).toMatchObject({ password: 'p', db: 0 })
})

it('gives back any user and any password', () => {
  const filled = fc.string({ minLength: 1, unit: 'binary' })
  fc.assert(
    fc.property(filled, filled, (username, password) => {
      const login = [username, password].map(encodeURIComponent).join(':')
      expect(readAddress(`redis://${login}@host`)).toMatchObject({ username, password })
    }),
  )
})

it.each(['redis://:hunter2@', 'redis://:hunter2@host/x', 'redis://:hunter2@host?db=1', 'hunter2'])(
  'refuses %s without quoting it',
  (url) => {
    const read = () => readAddress(url)
    expect(read).toThrow('The address of Redis cannot be read.')
    expect(read).not.toThrow('hunter2')
  },
)
