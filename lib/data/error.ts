import { closest, distance } from 'fastest-levenshtein';

/** A mistake in the data, in a schema or in an option; its one-line message says where it is and what to do. */
export class DataError extends Error {
  override readonly name = 'DataError';
}

/** The message of anything that was thrown. */
export function messageOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}

/**
 * A hint for a name that does not exist: the nearest valid one where one is near, else the valid ones.
 * @param name What was written.
 * @param valid The names that exist.
 * @returns Text to append to a message, such as `did you mean "user_id"?`.
 */
export function hint(name: string, valid: readonly string[]): string {
  if (valid.length === 0) return 'there is none to choose from';
  const near = closest(name.toLowerCase(), valid as string[]);
  // Two letters of a short name may be half of it, so they count as a slip only where the first letter is right.
  const slip = near[0].toLowerCase() === name[0]?.toLowerCase() ? 2 : 1;
  const limit = Math.max(slip, Math.floor(name.length / 3));
  if (distance(name.toLowerCase(), near.toLowerCase()) <= limit) return `did you mean "${near}"?`;
  const start = name.slice(0, 4).toLowerCase();
  const alike = start.length === 4 ? valid.find((one) => one.toLowerCase().startsWith(start)) : undefined;
  if (alike !== undefined) return `did you mean "${alike}"?`;
  const shown = valid.slice(0, 12).join(', ');
  return `choose one of: ${shown}${valid.length > 12 ? `, … (${valid.length} in all)` : ''}`;
}

/** Throws when `options` holds a name that is not in `known`: a misspelt option must not be ignored. */
export function checkOptionNames(where: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new DataError(`${where}: unknown option "${name}"; ${hint(name, known)}`);
  }
}
