import type { OpenOptions } from '../data/open';
import { type ConfigOverrides, laidOver, makeConfig, requireKnown } from './config';
import {
  type AnyOverrides,
  isRankingStudy,
  type RankingStudyDescription,
  type StudyDescription,
  type StudyMethod,
} from './description';
import { pointsOf } from './grid';
import { presets } from './presets';
import { makeRankingConfig, type RankingOverrides } from './ranking/config';
import type { RankingPoint } from './ranking/study';
import type { AnyPoint, Study, StudyOptions } from './study';
import { isTuned, readTuned } from './tuning/tuned';

/**
 * The study that a description stands for, at the size and with the changes that are asked for.
 *
 * @throws ConfigError where an option, a method or the file of tuned settings is wrong
 */
export function studyOf(description: RankingStudyDescription, options?: StudyOptions): Study<RankingPoint>;
export function studyOf(description: StudyDescription, options?: StudyOptions): Study;
export function studyOf(description: StudyDescription, options: StudyOptions = {}): Study<AnyPoint> {
  const { about, reference } = description;
  const quick = options.size === 'quick' ? (description.quick ?? {}) : {};
  const { methods, grid, seeds } = { ...description, ...quick };
  const dataset = options.dataset ?? description.dataset;
  const isOwnData = dataset === description.dataset;
  const file = isOwnData && description.tuned;
  // A small size shows that all is in place; it need not wait for a search.
  const isSearched = file && (options.size !== 'quick' || isTuned(file));
  const tuned = isSearched ? readTuned(file, reference) : () => undefined;

  const rows = methods.map((one): StudyMethod => (typeof one === 'string' ? { name: one, method: one } : one));
  const names = rows.map(({ name }) => name);
  for (const wanted of options.methods ?? []) requireKnown('method of this study', wanted, names);
  const chosen = rows.filter(({ name }) => options.methods?.includes(name) ?? true);

  const isFresh = description.freshData && dataset === 'synthetic';
  const ownSeeds = options.seeds ?? seeds;
  const seedGroups = isFresh ? ownSeeds.map((seed) => [seed]) : [ownSeeds];
  const points = pointsOf(grid).flatMap((point) =>
    seedGroups.flatMap((own) =>
      chosen.map(({ name, method, config }) => {
        const before = [presets[dataset]?.config, description.config, quick.config, tuned(method)];
        const layers = [...before, config, point.config, options.config, { methods: [method], seeds: own }];
        const data = isFresh
          ? { synthetic: { seed: own[0] } }
          : options.data === undefined
            ? {}
            : { data: options.data };
        const opens = [...(isOwnData ? [description.open, quick.open] : []), point.open, data];
        const given = layers.filter(isGiven);
        const source = `study ${description.name}`;
        return {
          setting: point.setting,
          dataset,
          open: opens.reduce<OpenOptions>((below, above) => laidOver(below, above) as OpenOptions, {}),
          ...(isRankingStudy(description)
            ? { track: description.track, config: makeRankingConfig(given as RankingOverrides[], source) }
            : { config: makeConfig(given as ConfigOverrides[], source) }),
          ...(name !== method && { as: name }),
        } as AnyPoint;
      }),
    ),
  );
  return { name: nameOf(description, options), about, reference, split: 'test', points };
}

const isGiven = (layer: AnyOverrides | undefined): layer is AnyOverrides => layer !== undefined;

/** What a results folder is called: other data and a smaller size have one of their own. */
function nameOf({ name, dataset }: StudyDescription, options: StudyOptions): string {
  const other = options.dataset === undefined || options.dataset === dataset ? [] : [options.dataset];
  return [name, ...other, ...(options.size === 'quick' ? ['quick'] : [])].join('-');
}
