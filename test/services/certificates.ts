// Certificates for tests of TLS, made by openssl when a test asks for them: an authority, a server
// certificate for localhost and 127.0.0.1, a client certificate, and an authority that signed
// neither.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { requireProgram } from '../../deploy/local/requirements.mjs'
import { newFolder, silently } from './private-server.ts'

/** Paths of PEM files; keys are PKCS #8 without a password. */
export interface Certificates {
  readonly authority: string
  readonly otherAuthority: string
  readonly server: Pair
  readonly client: Pair
}

interface Pair {
  readonly certificate: string
  readonly key: string
  /** Key and certificate in one file, as Java's PEM key stores want them. */
  readonly both: string
}

const OPENSSL = {
  packages: ['openssl'],
  purpose: 'TLS in tests',
  elsewhere: 'brew install openssl',
}
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
const DAYS = ['-days', '30']

/** Makes them in a folder of their own, which the end of the test file removes: 0.1 s. */
export function makeCertificates(): Certificates {
  const folder = newFolder('certificates')
  const openssl = requireProgram('openssl', OPENSSL, silently)
  const run = (...args: string[]) => execFileSync(openssl, args, { cwd: folder, stdio: 'pipe' })
  const pairOf = (name: string): Pair => ({
    certificate: path.join(folder, `${name}.crt`),
    key: path.join(folder, `${name}.key`),
    both: path.join(folder, `${name}.pem`),
  })
  const signItself = (name: string) => {
    const { certificate, key } = pairOf(name)
    const names = ['-subj', `/CN=test ${name}`]
    run('req', '-x509', ...KEY, ...names, ...DAYS, '-keyout', key, '-out', certificate)
    return certificate
  }
  const sign = (name: string, purpose: string) => {
    const pair = pairOf(name)
    const { certificate, key, both } = pair
    const request = path.join(folder, `${name}.csr`)
    run('req', ...KEY, '-subj', `/CN=test-${name}`, '-keyout', key, '-out', request)
    const extensions = path.join(folder, `${name}.ext`)
    const alternatives = 'subjectAltName=DNS:localhost,IP:127.0.0.1'
    writeFileSync(extensions, `${alternatives}\nextendedKeyUsage=${purpose}\n`)
    const by = ['-CA', 'authority.crt', '-CAkey', 'authority.key', '-CAcreateserial']
    const files = ['-in', request, '-out', certificate, '-extfile', extensions]
    run('x509', '-req', ...by, ...DAYS, ...files)
    writeFileSync(both, readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8'))
    return pair
  }
  return {
    authority: signItself('authority'),
    otherAuthority: signItself('other-authority'),
    server: sign('server', 'serverAuth'),
    client: sign('client', 'clientAuth'),
  }
}

/** What Node's TLS needs to trust the server. */
export const trusting = (certificates: Certificates): { ca: string } => ({
  ca: readFileSync(certificates.authority, 'utf8'),
})
