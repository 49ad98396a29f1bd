// How long a service has kept a partition waiting: since the first call that is under way without
// an answer, or since the first failure after the last answer. A slow service and one that is down
// look alike, and are alike for those who wait.
import type { Clock } from '../ports/clock.ts'
import { sentence } from './sentence.ts'

export class AnswerWatch {
  readonly #clock: Clock
  #sinceMs: number
  #underWay = 0
  #failure = ''

  constructor(clock: Clock) {
    this.#clock = clock
    this.#sinceMs = clock.now()
  }

  /** Makes the call and takes note of what becomes of it. */
  async watch<T>(call: () => Promise<T>): Promise<T> {
    if (this.#underWay++ === 0 && this.#failure === '') this.#sinceMs = this.#clock.now()
    try {
      const answer = await call()
      this.#failure = ''
      this.#sinceMs = this.#clock.now()
      return answer
    } catch (error) {
      this.#failure = sentence(error)
      throw error
    } finally {
      this.#underWay--
    }
  }

  /** For how many ms somebody has waited in vain; 0 while nobody waits. */
  get waitingMs(): number {
    const isWaiting = this.#underWay > 0 || this.#failure !== ''
    return isWaiting ? this.#clock.now() - this.#sinceMs : 0
  }

  /** Epoch ms of the last answer, or of the beginning. */
  get answeredMs(): number {
    return this.#sinceMs
  }

  /** What the last call failed with; '' when it was answered. */
  get failure(): string {
    return this.#failure
  }
}
