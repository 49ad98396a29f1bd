// What is wrong, as sentences, told when it is found: a run is long.
export class Findings {
  readonly all: string[] = []
  readonly #say: (text: string) => void

  constructor(say: (text: string) => void) {
    this.#say = say
  }

  add(...findings: readonly string[]): void {
    for (const finding of findings) {
      this.all.push(finding)
      this.#say(`FINDING: ${finding}`)
    }
  }
}
