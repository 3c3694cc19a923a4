import { MAIN_TASK } from '../../ranking/tasks';
import type { Grid, RankingStudyDescription } from '../description';

/** What the sweeps of a data set share with its table. */
export type RankingBase = Omit<RankingStudyDescription, 'name' | 'about' | 'methods' | 'grid' | 'seeds'>;

/** Values of PMTRec's options; τ is in median norms, and 1,000 of them give equal weights. */
interface SweepValues {
  readonly alpha: readonly number[];
  readonly temperature: readonly number[];
}

/**
 * The studies `<table>-alpha`, `<table>-tau` and `<table>-encoder`: what PMTRec's own options do and what the encoder, with
 * the settings that were chosen for the table.
 */
export function rankingSweeps(
  table: string,
  title: string,
  base: RankingBase,
  { alpha, temperature }: SweepValues,
): readonly RankingStudyDescription[] {
  const sweep = (name: string, question: string, grid: Grid, methods: readonly string[]): RankingStudyDescription => ({
    ...base,
    name: `${table}-${name}`,
    about: `How the ranking of ${title} depends on ${question}, with the settings that were chosen with the defaults.`,
    methods,
    grid,
    seeds: [1, 2, 3],
    reference: methods.includes('ew') ? 'ew' : methods[0],
  });
  return [
    sweep('alpha', "PMTRec's task focusing α", { 'pmtrec.alpha': alpha }, ['pmtrec']),
    sweep('tau', "PMTRec's temperature τ, in median norms", { 'pmtrec.temperature': temperature }, ['pmtrec']),
    sweep('encoder', 'the encoder', { encoder: ['mf', 'ngcf', 'lightgcn'] }, [MAIN_TASK, 'ew', 'pmtrec']),
  ];
}
