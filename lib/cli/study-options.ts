import { InvalidArgumentError, Option } from 'commander';
import { type ConfigOverrides, laidOver } from '../experiments/config';
import { optionAt } from '../experiments/grid';
import type { StudyOptions } from '../experiments/study';
import { defined, integer, list, seedList } from './options';

/** What commander collects for `study` and `tune`. */
export interface StudyFlags extends Omit<StudyOptions, 'config'> {
  rounds?: number;
  set?: ConfigOverrides;
  workers?: number;
  again?: true;
  out?: string;
  record?: true;
  markdown?: true;
}

/** The options that `study` and `tune` share, in the order of the help. */
export const studyFlags: readonly Option[] = [
  new Option('--size <size>', 'quick: minutes on two cores; full: what a claim needs').choices(['quick', 'full']),
  new Option('--data <folder>', 'folder of the data set, for a study on real data'),
  new Option('--dataset <name>', 'another data set than its own'),
  new Option('--methods <names>', 'some of its methods, separated by commas').argParser(list),
  new Option('--seeds <list>', 'seeds, such as 1-5').argParser(seedList),
  new Option('--rounds <count>', 'communication rounds').argParser(integer),
  new Option(
    '--set <option=value...>',
    'any other setting, such as --set model.experts=8 pfMsmtrec.experts.c=0.2',
  ).argParser(setting),
  new Option('--workers <count>', 'processes at a time; default: one per core, as far as memory goes').argParser(
    integer,
  ),
  new Option('--again', 'compute finished runs anew; their results are replaced when the new ones are there'),
  new Option('--out <folder>', 'where runs, rows and report go; default: results/<name>'),
  // Part of a study, or another one, would take the place of the whole.
  new Option(
    '--record',
    'also put the rows of the whole study into notebooks/results, where notebooks read them',
  ).conflicts(['dataset', 'methods', 'seeds', 'rounds', 'set']),
  new Option('--markdown', 'print the tables as Markdown, to paste them into a text'),
];

/** The flags as options of a study. */
export function studyOptions({ size, data, dataset, methods, seeds, rounds, set = {} }: StudyFlags): StudyOptions {
  return defined({ size, data, dataset, methods, seeds, config: { ...set, ...defined({ rounds }) } });
}

/** `model.experts=8` laid over what was set before it. */
function setting(text: string, before: ConfigOverrides = {}): ConfigOverrides {
  const [, option, value] = /^([\w.]+)=(.+)$/.exec(text) ?? [];
  if (option === undefined) throw new InvalidArgumentError('Give an option and its value, such as model.experts=8.');
  return laidOver(before, optionAt(option, parsed(value))) as ConfigOverrides;
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
