import { CHOOSING_METRIC, type RankingRow } from './ranking/study';
import type { AnyPoint, StudyRow } from './study';

/** A row that tables and choices compare: an AUC of a federation, or a metric of a ranking. */
export type AnyRow = StudyRow | RankingRow;

export const isRankingRow = (row: AnyRow): row is RankingRow => 'metric' in row;

/** What a row is a figure of: a task, or a metric with its cutoff. */
export const questionOf = (row: AnyRow): string => (isRankingRow(row) ? row.metric : row.task);

/** The figure itself; `null` where it is undefined. */
export const figureOf = (row: AnyRow): number | null => (isRankingRow(row) ? row.value : row.auc);

/** Whether a row is of the kind that chooses: the metric of a ranking, or the selection of rounds that the configuration names. */
export const decides = (row: AnyRow, point: AnyPoint): boolean =>
  isRankingRow(row)
    ? row.metric === CHOOSING_METRIC
    : 'selection' in point.config && row.selection === point.config.selection;
