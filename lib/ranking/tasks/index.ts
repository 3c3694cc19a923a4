import type { RankingDataset } from '../types';
import { bpr } from './bpr';
import { category } from './category';
import { coBuy } from './co-buy';
import { coView } from './co-view';
import { directAu } from './direct-au';
import { rating } from './rating';
import { social } from './social';
import type { TaskKind } from './task';

/** The main task. */
export { bpr } from './bpr';
export type { InteractionBatch, RankingTask, TaskKind, TaskSample } from './task';

/** The tasks that can stand beside the main one, by name. */
export const auxiliaryTasks = {
  social,
  category,
  'co-view': coView,
  'co-buy': coBuy,
  'direct-au': directAu,
  rating,
} as const satisfies Readonly<Record<string, TaskKind>>;

export type AuxiliaryTask = keyof typeof auxiliaryTasks;

/** Name of the main task. */
export const MAIN_TASK = 'bpr';

/** The auxiliary tasks that a data set has the links, categories or ratings for; alignment needs none and is not among them. */
export const tasksOfData = (dataset: RankingDataset): AuxiliaryTask[] =>
  (Object.keys(auxiliaryTasks) as AuxiliaryTask[]).filter(
    (name) => name !== 'direct-au' && auxiliaryTasks[name].missing(dataset) === undefined,
  );

/** The main task and the given ones beside it, on a data set that has what they learn from. */
export const makeTasks = (dataset: RankingDataset, auxiliary: readonly AuxiliaryTask[]) =>
  [bpr, ...auxiliary.map((name) => auxiliaryTasks[name])].map((kind) => kind.make(dataset));
