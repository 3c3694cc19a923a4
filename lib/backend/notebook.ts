/** What tslab calls to send an output; `update` replaces the output that has the same `display_id`. */
export type WriteDisplayData = (
  content: { data: Readonly<Record<string, unknown>>; metadata: object; transient: { display_id?: string } },
  update: boolean,
) => void;

/**
 * The way to the output of the cell that runs now (or ran last): a function of its own for each run of a cell, so it
 * also tells runs apart. `undefined` outside a notebook, and before the first cell.
 *
 * tslab's public interface sends a single form of an output, and `require('tslab')` from a library may load a second
 * copy that knows no kernel. So this looks for the copy that is running among the modules that are loaded, which works
 * for any place where tslab is installed and loads nothing in a plain process.
 */
export function runningCell(): WriteDisplayData | undefined {
  for (const [path, loaded] of Object.entries(require.cache)) {
    if (!/[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(path)) continue;
    const { lastWriteDisplayData } = (loaded?.exports ?? {}) as { lastWriteDisplayData?: WriteDisplayData | null };
    if (typeof lastWriteDisplayData === 'function') return lastWriteDisplayData;
  }
  return undefined;
}
