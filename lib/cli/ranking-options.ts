import { InvalidArgumentError, Option } from 'commander';
import { ConfigError, requireKnown } from '../experiments/config';
import type { RankingOverrides } from '../experiments/ranking';
import type { PmtrecOptions } from '../multitask/pmtrec';
import { auxiliaryTasks } from '../ranking/tasks';
import { defined, integer, list, number, type RunFlags } from './options';

/** What commander collects for `run` on a ranking data set, beside the options that all runs have. */
export interface RankingFlags extends RunFlags {
  encoder?: string;
  layers?: number;
  auxiliary?: string[];
  epochs?: number;
  patience?: number;
  alpha?: number;
  tau?: number;
  tauScale?: string;
  reduction?: string;
}

/** A number above 0. */
const above0 = (text: string): number => {
  const value = number(text);
  if (value <= 0) throw new InvalidArgumentError('It must be above 0.');
  return value;
};

/** Options of runs on ranking data sets, in the order of the help. */
export const rankingOptions: readonly Option[] = [
  new Option('--encoder <name>', 'ranking: mf, ngcf or lightgcn'),
  new Option('--layers <count>', 'ranking: steps along the links of the graph').argParser(integer),
  new Option('--auxiliary <tasks>', `ranking: tasks beside bpr: ${Object.keys(auxiliaryTasks).join(', ')}`).argParser(
    list,
  ),
  new Option('--epochs <count>', 'ranking: at most so many passes over the training data').argParser(integer),
  new Option('--patience <epochs>', 'ranking: epochs without gain on validation that end the training').argParser(
    integer,
  ),
  new Option('--alpha <factor>', "ranking: PMTRec's task focusing, from 1 (none)").argParser(number),
  new Option('--tau <temperature>', "ranking: PMTRec's temperature; a very high one gives equal weights").argParser(
    above0,
  ),
  new Option('--tau-scale <unit>', 'ranking: what tau is measured in: median (default), absolute or scale-free'),
  new Option('--reduction <kind>', 'ranking: gradient norms of the mean (default) or the sum of a batch'),
];

/** Options of both kinds of run. */
const SHARED = [
  ...['data', 'methods', 'seeds', 'batch', 'embedding', 'learningRate', 'weightDecay', 'tables'],
  ...['name', 'out', 'config', 'device', 'dataSeed', 'resume', 'again', 'checkpointSeconds'],
];

const OWN: readonly string[] = rankingOptions.map((option) => option.attributeName());

/**
 * Throws where an option of a federation is given for a ranking data set, or the other way round.
 *
 * @param isRanking what kind of data set it is
 */
export function requireOwnOptions(dataset: string, isRanking: boolean, flags: RankingFlags): void {
  const wrong = Object.keys(flags).find((flag) => !SHARED.includes(flag) && OWN.includes(flag) !== isRanking);
  if (wrong === undefined) return;
  const shown = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new ConfigError(
    isRanking
      ? `${shown(wrong)} is an option of federated runs, and ${dataset} is a ranking data set. Its own are ${OWN.map(shown).join(', ')}.`
      : `${shown(wrong)} is an option of runs on ranking data sets, and ${dataset} is none (npm start -- run --help lists them).`,
  );
}

/** The settings that flags name, as overrides of a configuration. */
export function rankingOverridesOf(flags: RankingFlags): RankingOverrides {
  const { name, methods, seeds, dataSeed, encoder, layers, embedding, auxiliary, batch, epochs, patience } = flags;
  const { learningRate, weightDecay, tables } = flags;
  for (const task of auxiliary ?? []) requireKnown('auxiliary task', task, Object.keys(auxiliaryTasks));
  const { alpha, tau: temperature, tauScale: scale, reduction } = flags;
  return defined({
    ...{ name, methods, seeds, dataSeed, encoder, layers, embedding, auxiliary, batch, epochs, patience },
    optimizer: defined({ learningRate, weightDecay, tables }),
    pmtrec: defined({ alpha, temperature, scale, reduction }) as Partial<PmtrecOptions>,
  }) as RankingOverrides;
}
