import type { OpenOptions } from '../data/open';
import type { RankingOpenOptions } from '../ranking/data';
import type { ConfigOverrides } from './config';
import type { RankingOverrides } from './ranking/config';
import type { Setting } from './study';

/** Settings of a federation or of a ranking run; they are checked when the study is made. */
export type AnyOverrides = ConfigOverrides | RankingOverrides;

/** A row of a study's table that is more than a method's name: settings that only it has. */
export interface StudyMethod {
  /** What tables call it. */
  readonly name: string;
  /** A method of the kit. */
  readonly method: string;
  readonly config?: AnyOverrides;
}

/** A point of a study: what sets it apart in tables, and what that changes. */
export interface StudySetting {
  readonly setting: Setting;
  readonly config?: AnyOverrides;
  readonly open?: OpenOptions | RankingOpenOptions;
}

/** Values by dotted option (`model.experts`, `pfMsmtrec.experts.c`, `synthetic.scenarioConflict`): every combination is a point. */
export type Grid = Readonly<Record<string, readonly (string | number)[]>>;

/**
 * An experiment as plain data, typed in a short file of `studies/` or read from JSON: which methods on which data, with
 * which seeds, and what is varied. Settings lie over each other in this order: defaults, preset of the data set,
 * `config`, that of `quick`, what a search chose, the method's own, the point's, the command line.
 */
export interface StudyDescription {
  /** Names the results folder. */
  readonly name: string;
  /** The question, in one sentence. */
  readonly about: string;
  readonly dataset: string;
  readonly open?: OpenOptions | RankingOpenOptions;
  readonly config?: AnyOverrides;
  readonly methods: readonly (string | StudyMethod)[];
  /** File below the project with the settings that a search chose (`npm start -- tune` writes it). */
  readonly tuned?: string;
  /** What is varied; default: nothing. */
  readonly grid?: Grid | readonly StudySetting[];
  readonly seeds: readonly number[];
  /** Draw generated data anew with each seed, so that intervals speak of the kind of data and not of one draw. */
  readonly freshData?: boolean;
  /** The method that the others are compared with. */
  readonly reference: string;
  /** What is different at `quick` size: minutes on two cores. */
  readonly quick?: Partial<Pick<StudyDescription, 'open' | 'config' | 'methods' | 'grid' | 'seeds'>>;
}

/** The same for a ranking data set: methods are `bpr` and ways to combine task gradients, settings those of such runs. */
export interface RankingStudyDescription extends StudyDescription {
  readonly track: 'ranking';
}

export const isRankingStudy = (study: StudyDescription): study is RankingStudyDescription => 'track' in study;
