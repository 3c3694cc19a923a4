import { randomBytes } from 'node:crypto';
import { runningCell } from '../backend/notebook';

/** One output in several forms, by media type; a viewer draws the richest form that it knows. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/**
 * A function that sends one bundle to the notebook, or `undefined` outside a notebook. Called again, the function
 * replaces its earlier output if `inPlace` is set.
 */
export function notebookOutput(inPlace: boolean): ((bundle: MimeBundle) => void) | undefined {
  if (runningCell() === undefined) return undefined;
  const id = inPlace ? randomBytes(8).toString('hex') : undefined;
  let isShown = false;
  return (bundle) => {
    // Each cell brings a function of its own: an output goes to the cell that runs now.
    runningCell()?.({ data: bundle, metadata: {}, transient: { display_id: id } }, inPlace && isShown);
    isShown = true;
  };
}
