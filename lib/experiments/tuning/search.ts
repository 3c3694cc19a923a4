import { type AnyRow, decides } from '../compared';
import { ConfigError, requireKnown } from '../config';
import { isRankingStudy, type RankingStudyDescription, type StudyDescription, type StudySetting } from '../description';
import { CHOOSING_METRIC, type RankingPoint, type RankingRow } from '../ranking/study';
import { type AnyPoint, type Setting, type Study, type StudyOptions, type StudyRow, settingText } from '../study';
import { studyOf } from '../study-of';
import { candidatesOf, type SearchSpace } from './candidates';
import { bestCandidates, candidateScores, fateOf } from './choose';
import type { TunedSettings } from './tuned';

/**
 * A search for good settings as plain data: every method of a study gets the same candidates and the same budget.
 *
 * With several stages it is successive halving (Jamieson and Talwalkar 2016): all candidates run for few rounds, and the
 * better ones again for more. A stage starts its runs afresh.
 */
export interface SearchDescription {
  /** Names the results folder: `tune-<name>`. */
  readonly name: string;
  /** Data and common settings come from here; methods that are ablations of its reference need no search. */
  readonly study: StudyDescription;
  readonly methods: readonly string[];
  readonly space: SearchSpace;
  /** Candidates of every method; `all`: the whole grid. */
  readonly candidates: number | 'all';
  /** Draws the candidates. */
  readonly seed: number;
  /** Runs of every candidate; choose others than those of the table. */
  readonly seeds: readonly number[];
  /** Rounds of each stage, growing; on a ranking data set, most epochs. */
  readonly stages: readonly number[];
  /** Share of the candidates that goes on to the next stage, at least one. */
  readonly keep: number;
  readonly quick?: Partial<Pick<SearchDescription, 'candidates' | 'seeds' | 'stages'>>;
}

/** A search on a ranking data set. */
export interface RankingSearchDescription extends SearchDescription {
  readonly study: RankingStudyDescription;
}

/** What a search leaves: the rows of all runs, which are its log, and its choice. */
export interface SearchResult<Row extends AnyRow = StudyRow> {
  readonly rows: readonly Row[];
  readonly tuned: TunedSettings;
}

/**
 * Performs a search, stage by stage, on validation rows alone: the data that its runs see have no test rows.
 *
 * @param perform runs a study and returns its rows, such as `runInWorkers`
 */
export function runSearch(
  description: RankingSearchDescription,
  options: StudyOptions,
  perform: (stage: Study<RankingPoint>) => Promise<readonly RankingRow[]>,
): Promise<SearchResult<RankingRow>>;
export function runSearch(
  description: SearchDescription,
  options: StudyOptions,
  perform: (stage: Study) => Promise<readonly StudyRow[]>,
): Promise<SearchResult>;
export async function runSearch(
  description: SearchDescription,
  options: StudyOptions,
  perform: (stage: never) => Promise<readonly AnyRow[]>,
): Promise<SearchResult<AnyRow>> {
  const { space, seed, keep, study } = description;
  for (const method of options.methods ?? []) requireKnown('method of this search', method, description.methods);
  const methods = description.methods.filter((method) => options.methods?.includes(method) ?? true);
  const { candidates, seeds, stages } = { ...description, ...(options.size === 'quick' && description.quick) };
  if (stages.some((rounds, i) => i > 0 && rounds <= stages[i - 1])) {
    throw new ConfigError(
      `search ${description.name}: rounds must grow from stage to stage, not ${stages.join(', ')}.`,
    );
  }
  const all = candidatesOf(space, candidates, seed);
  const left = new Map(methods.map((method) => [method, all]));
  const rows: AnyRow[] = [];
  for (const [i, rounds] of stages.entries()) {
    const points = methods.flatMap((method) =>
      stagePoints(study, method, left.get(method)!, { rounds, seeds, options }),
    );
    const name = `tune-${description.name}`;
    const figure = isRankingStudy(study) ? CHOOSING_METRIC : 'AUC';
    const about = `Settings for ${methods.join(', ')}, by validation ${figure}; the test split is not there.`;
    const stage: Study<AnyPoint> = { name, about, reference: study.reference, split: 'validation', points };
    const done = await perform(stage as never);
    rows.push(...done.filter((row) => decides(row, points[0])));
    const count = Math.ceil(all.length * keep ** (i + 1));
    for (const method of methods) {
      const best = bestCandidates(candidateScores(rows), method, rounds, count).map(({ setting }) =>
        settingText(setting),
      );
      left.set(
        method,
        left.get(method)!.filter(({ setting }) => best.includes(settingText(setting))),
      );
    }
  }
  return { rows, tuned: chosenOf(rows, all) };
}

function stagePoints(
  study: StudyDescription,
  method: string,
  candidates: readonly StudySetting[],
  { rounds, seeds, options }: { rounds: number; seeds: readonly number[]; options: StudyOptions },
): readonly AnyPoint[] {
  const stage: Setting = isRankingStudy(study) ? { epochs: rounds } : { rounds };
  const grid = candidates.map(({ setting, config, open }) => ({
    setting: { ...setting, ...stage },
    config: { ...config, ...stage },
    open,
  }));
  const { quick: { open, config } = {}, ...rest } = study;
  const one = { ...rest, methods: [method], tuned: undefined, grid, seeds, quick: { open, config } };
  return studyOf(one, { ...options, methods: undefined }).points;
}

/** The settings that the log of a search chooses. */
function chosenOf(rows: readonly AnyRow[], all: readonly StudySetting[]): TunedSettings {
  const scores = candidateScores(rows);
  const chosen = scores.filter((one) => fateOf(one, scores) === 'chosen');
  return Object.fromEntries(
    chosen.map(({ method, setting }) => {
      const { config = {} } = all.find((one) => settingText(one.setting) === settingText(setting))!;
      return [method, { setting, config }];
    }),
  );
}
