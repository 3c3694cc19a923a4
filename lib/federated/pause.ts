import { inspect } from 'node:util';
import { holdStopButton } from '../backend/stop-button';

/** Work was interrupted at a place where it can be taken up again. A notebook shows it as one line. */
export class InterruptedError extends Error {
  [inspect.custom](): string {
    return this.message;
  }
}

/** Lets others have their turn; the work stands still here if it is interrupted. Returns the milliseconds that it stood. */
export type Rest = () => Promise<number>;

/** Work that can stand still at its resting places. */
export interface Pausable<T> {
  /** Whether it stands still; false before it begins. */
  readonly isPaused: boolean;
  /**
   * Begins the work or takes it up again.
   * @throws InterruptedError when it stands still; whatever the work throws
   */
  goOn(): Promise<T>;
  /** Ends work that stands still: its `rest()` throws, so that it can free what it holds. */
  giveUp(): void;
}

/**
 * Makes work that can be interrupted without losing anything: it stands still in the middle, with all its variables,
 * and goes on from there with the numbers that it would have had without the interruption.
 *
 * @param work awaits `rest` wherever it may stand still
 * @param isInterrupted asked at every rest
 * @param message of the error with which an interrupted call ends
 */
export function pausable<T>(
  work: (rest: Rest) => Promise<T>,
  isInterrupted: () => boolean,
  message: string,
): Pausable<T> {
  let held: { readonly goOn: () => void; readonly giveUp: (why: Error) => void } | undefined;
  let interruptCall: (why: InterruptedError) => void = () => undefined;
  let running: Promise<T> | undefined;

  const rest = async () => {
    await new Promise(setImmediate);
    if (!isInterrupted()) return 0;
    const began = performance.now();
    await new Promise<void>((goOn, giveUp) => {
      held = { goOn, giveUp };
      interruptCall(new InterruptedError(message));
    });
    return performance.now() - began;
  };
  return {
    get isPaused() {
      return held !== undefined;
    },
    async goOn() {
      const release = holdStopButton();
      try {
        return await new Promise<T>((done, failed) => {
          interruptCall = failed;
          held?.goOn();
          held = undefined;
          running ??= work(rest);
          running.then(done, failed);
        });
      } finally {
        release();
      }
    },
    giveUp() {
      running?.catch(() => undefined); // nobody waits for it any more
      held?.giveUp(new InterruptedError(message));
      held = undefined;
    },
  };
}
