// The one error of this folder that people should act on: something a service needs is not there.

export const EXIT_UNAVAILABLE = 69

export class Unavailable extends Error {
  /**
   * @param {string} message one sentence: what is missing or what failed
   * @param {string} hint how to get it
   */
  constructor(message, hint) {
    super(message)
    this.name = 'Unavailable'
    this.hint = hint
  }
}
