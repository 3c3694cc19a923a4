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

/** How many of something stand behind a number: `n = 4 clients`, `n = 1 expert`. */
export const countText = (count: number, what: string): string => `n = ${count} ${count === 1 ? what : `${what}s`}`;

/** What points and bars are: `mean and 95 % interval over n = 5 seeds`; one or two seeds have no interval of use. */
export const overSeeds = (runs: Runs): string =>
  /^n = [12] /.test(seedsText(runs))
    ? `mean over ${seedsText(runs)}`
    : `mean and 95 % interval over ${seedsText(runs)}`;
