import type { OpenOptions } from '../data/open';
import type { ConfigOverrides } from './config';
import type { Setting } from './study';

/** A row of a study's table that is more than a method's name: settings that only it has. */
export interface StudyMethod {
  /** What tables call it. */
  readonly name: string;
  /** A method of the kit. */
  readonly method: string;
  readonly config?: ConfigOverrides;
}

/** A point of a study: what sets it apart in tables, and what that changes. */
export interface StudySetting {
  readonly setting: Setting;
  readonly config?: ConfigOverrides;
  readonly open?: OpenOptions;
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
  readonly open?: OpenOptions;
  readonly config?: ConfigOverrides;
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
