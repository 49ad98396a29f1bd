// What happened in a run, in order: as a hash always, since two runs of one seed must be the same
// to the last step, and as readable lines only when somebody wants to read them.
type Part = string | number

const PRIME_A = 0x01000193
const PRIME_B = 0x85ebca6b

export class Trace {
  readonly lines: string[] = []
  readonly #isKept: boolean
  readonly #now: () => number
  #a = 0x811c9dc5
  #b = 0x9747b28c

  constructor(isKept: boolean, now: () => number) {
    this.#isKept = isKept
    this.#now = now
  }

  note(...parts: readonly Part[]): void {
    this.#mixNumber(this.#now())
    for (const part of parts) {
      if (typeof part === 'number') this.#mixNumber(part)
      else this.#mixText(part)
    }
    if (this.#isKept) this.lines.push(`${stamp(this.#now())}  ${parts.join(' ')}`)
  }

  get hash(): string {
    return [this.#a, this.#b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
  }

  #mixNumber(number: number): void {
    this.#mix(number | 0)
    this.#mix(Math.floor(number / 0x1_0000_0000))
  }

  #mixText(text: string): void {
    for (let i = 0; i < text.length; i++) this.#mix(text.charCodeAt(i))
    this.#mix(text.length)
  }

  #mix(word: number): void {
    this.#a = Math.imul(this.#a ^ word, PRIME_A)
    this.#b = Math.imul(this.#b + word, PRIME_B) ^ (this.#b >>> 13)
  }
}

const stamp = (ms: number): string => `${(ms / 1_000).toFixed(3).padStart(8)} s`
