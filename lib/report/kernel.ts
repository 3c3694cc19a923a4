import { randomBytes } from 'node:crypto';

/** One output in several forms, by media type; a viewer draws the richest form that it knows. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** What tslab calls to send an output; `update` replaces the output that has the same `display_id`. */
type WriteDisplayData = (
  content: { data: MimeBundle; metadata: object; transient: { display_id?: string } },
  update: boolean,
) => void;

/**
 * A function that sends one bundle to the notebook, or `undefined` outside a notebook. Called again, the function
 * replaces its earlier output if `inPlace` is set.
 *
 * tslab's public `display.raw` sends a single form, and `require('tslab')` from a library may load a second copy that
 * knows no kernel. So this looks for the copy that is running among the modules that are loaded, which works for any
 * place where tslab is installed and loads nothing in a plain process.
 */
export function notebookOutput(inPlace: boolean): ((bundle: MimeBundle) => void) | undefined {
  if (runningKernel() === undefined) return undefined;
  const id = inPlace ? randomBytes(8).toString('hex') : undefined;
  let isShown = false;
  return (bundle) => {
    // Each cell brings a function of its own: an output goes to the cell that runs now.
    runningKernel()?.({ data: bundle, metadata: {}, transient: { display_id: id } }, inPlace && isShown);
    isShown = true;
  };
}

function runningKernel(): WriteDisplayData | undefined {
  for (const [path, loaded] of Object.entries(require.cache)) {
    if (!/[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(path)) continue;
    const { lastWriteDisplayData } = (loaded?.exports ?? {}) as { lastWriteDisplayData?: WriteDisplayData | null };
    if (typeof lastWriteDisplayData === 'function') return lastWriteDisplayData;
  }
  return undefined;
}
