import type { OpenOptions } from '../data/open';
import { type ConfigOverrides, laidOver, makeConfig, requireKnown } from './config';
import type { StudyDescription, StudyMethod } from './description';
import { pointsOf } from './grid';
import { presets } from './presets';
import type { Study, StudyOptions, StudyPoint } from './study';
import { readTuned } from './tuning/tuned';

/**
 * The study that a description stands for, at the size and with the changes that are asked for.
 *
 * @throws ConfigError where an option, a method or the file of tuned settings is wrong
 */
export function studyOf(description: StudyDescription, options: StudyOptions = {}): Study {
  const { about, reference } = description;
  const quick = options.size === 'quick' ? (description.quick ?? {}) : {};
  const { methods, grid, seeds } = { ...description, ...quick };
  const dataset = options.dataset ?? description.dataset;
  const isOwnData = dataset === description.dataset;
  const tuned = isOwnData && description.tuned ? readTuned(description.tuned, reference) : () => undefined;

  const rows = methods.map((one): StudyMethod => (typeof one === 'string' ? { name: one, method: one } : one));
  const names = rows.map(({ name }) => name);
  for (const wanted of options.methods ?? []) requireKnown('method of this study', wanted, names);
  const chosen = rows.filter(({ name }) => options.methods?.includes(name) ?? true);

  const isFresh = description.freshData && dataset === 'synthetic';
  const ownSeeds = options.seeds ?? seeds;
  const seedGroups = isFresh ? ownSeeds.map((seed) => [seed]) : [ownSeeds];
  const points = pointsOf(grid).flatMap((point) =>
    seedGroups.flatMap((own) =>
      chosen.map(({ name, method, config }): StudyPoint => {
        const before = [presets[dataset]?.config, description.config, quick.config, tuned(method)];
        const layers = [...before, config, point.config, options.config, { methods: [method], seeds: own }];
        const data = isFresh
          ? { synthetic: { seed: own[0] } }
          : options.data === undefined
            ? {}
            : { data: options.data };
        const opens = [...(isOwnData ? [description.open, quick.open] : []), point.open, data];
        return {
          setting: point.setting,
          dataset,
          open: opens.reduce<OpenOptions>((below, above) => laidOver(below, above) as OpenOptions, {}),
          config: makeConfig(layers.filter(isGiven), `study ${description.name}`),
          ...(name !== method && { as: name }),
        };
      }),
    ),
  );
  return { name: nameOf(description, options), about, reference, split: 'test', points };
}

const isGiven = (layer: ConfigOverrides | undefined): layer is ConfigOverrides => layer !== undefined;

/** What a results folder is called: other data and a smaller size have one of their own. */
function nameOf({ name, dataset }: StudyDescription, options: StudyOptions): string {
  const other = options.dataset === undefined || options.dataset === dataset ? [] : [options.dataset];
  return [name, ...other, ...(options.size === 'quick' ? ['quick'] : [])].join('-');
}
