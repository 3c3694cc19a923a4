import type { RankingRow } from './ranking/study';
import type { StudyRow } from './study';

/** A row that tables and choices compare: an AUC of a federation, or a metric of a ranking. */
export type AnyRow = StudyRow | RankingRow;

export const isRankingRow = (row: AnyRow): row is RankingRow => 'metric' in row;

/** What a row is a figure of: a task, or a metric with its cutoff. */
export const questionOf = (row: AnyRow): string => (isRankingRow(row) ? row.metric : row.task);

/** The figure itself; `null` where it is undefined. */
export const figureOf = (row: AnyRow): number | null => (isRankingRow(row) ? row.value : row.auc);
