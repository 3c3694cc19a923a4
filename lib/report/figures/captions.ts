/** Lines of methods and seeds: rounds, results, or rows of a study. */
type Runs = readonly { readonly method: string; readonly seed: number }[];

/** How many seeds stand behind a figure: `n = 5 seeds`, or `n = 2 to 5 seeds` where methods have different numbers. */
export function seedsText(runs: Runs): string {
  const seeds = new Map<string, Set<number>>();
  for (const { method, seed } of runs) seeds.set(method, (seeds.get(method) ?? new Set()).add(seed));
  const counts = [...seeds.values()].map(({ size }) => size);
  if (counts.length === 0) return 'n = 0 seeds';
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const range = least === most ? String(most) : `${least} to ${most}`;
  return `n = ${range} ${most === 1 ? 'seed' : 'seeds'}`;
}

/** What intervals mean, where there are any: `; bars: 95 % intervals over n = 5 seeds`. */
export const overSeeds = (runs: Runs): string =>
  seedsText(runs) === 'n = 1 seed' ? 'n = 1 seed' : `mean and 95 % interval over ${seedsText(runs)}`;
