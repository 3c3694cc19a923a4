import { runningCell, type WriteDisplayData } from './notebook';

let pressedIn: WriteDisplayData | undefined;
let atWork = 0;
let isListening = false;

/** Whether the notebook's stop button was pressed in the cell that runs now; never outside a notebook. */
export function stopPressed(): boolean {
  const cell = runningCell();
  return cell !== undefined && cell === pressedIn;
}

/**
 * Until the function that comes back is called, and from the next turn of the event loop, the stop button is left to work that asks {@link stopPressed} now and
 * then and ends by itself. Pressed twice, it does what it does without this.
 *
 * Jupyter's stop button sends SIGINT. tslab answers by leaving the cell at once, but what the cell had begun goes on
 * unseen behind the next cells: a loop over rounds would train on. So while such work is going on, tslab is not told.
 * Outside a notebook nothing is listened to, and Ctrl-C does what it always does.
 */
export function holdStopButton(): () => void {
  // In the first turn of a cell Node keeps SIGINT's listeners away, and puts them back after it.
  if (runningCell() !== undefined) setImmediate(listen);
  atWork++;
  let isHeld = true;
  return () => {
    if (isHeld) atWork--;
    isHeld = false;
  };
}

function listen(): void {
  if (isListening) return;
  isListening = true;
  const others = process.listeners('SIGINT');
  process.removeAllListeners('SIGINT');
  process.on('SIGINT', (signal) => {
    const again = stopPressed();
    pressedIn = runningCell();
    if (atWork > 0 && !again) return;
    for (const other of others) other.call(process, signal);
  });
}
