// Thrown inside the decoder where a record batch cannot be what a producer wrote. `why` goes to
// operators: it names sizes and numbers, never a byte of content.
export class BatchDefect extends Error {
  readonly why: string

  constructor(why: string) {
    super(why)
    this.name = 'BatchDefect'
    this.why = why
  }
}
