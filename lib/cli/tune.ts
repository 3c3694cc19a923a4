import { join } from 'node:path';
import { makeFolder } from '../backend/folder';
import type { AnyRow } from '../experiments/compared';
import { CHOOSING_METRIC, type RankingRow } from '../experiments/ranking/study';
import { jsonLines, writeAtomically } from '../experiments/store-files';
import { rankingSearches, searches } from '../experiments/studies';
import { type AnyPoint, type RowOf, type Study, type StudyRow, settingText } from '../experiments/study';
import {
  type RankingSearchDescription,
  runSearch,
  type SearchDescription,
  type SearchResult,
} from '../experiments/tuning/search';
import { rankingStudyHtml, rowsMarkdown, rowsText, type StudyFacts, studyHtml, tuningTable } from '../report';
import { allFailed } from './failures';
import { perform, record } from './study';
import { type StudyFlags, studyOptions } from './study-options';

/** `tune`: searches settings for every method with the same budget, and leaves the log of the search and its choice. */
export async function tune(name: string, flags: StudyFlags): Promise<void> {
  const title = ['tune', name, ...(flags.size === 'quick' ? ['quick'] : [])].join('-');
  const folder = flags.out ?? join('results', title);
  const options = studyOptions(flags);
  /** Performs a stage. A choice among what did not fail would not be fair. */
  const stage = async <Point extends AnyPoint>(one: Study<Point>): Promise<readonly RowOf<Point>[]> => {
    const { rows, failures } = await perform(one, folder, flags);
    if (failures.length > 0) throw allFailed(folder, failures);
    return rows;
  };
  if (Object.hasOwn(rankingSearches, name)) {
    const search: RankingSearchDescription = rankingSearches[name];
    const result: SearchResult<RankingRow> = await runSearch(search, options, stage);
    conclude(search, result, { title, folder, flags, figure: CHOOSING_METRIC, html: rankingStudyHtml });
  } else {
    const search = searches[name];
    const result: SearchResult<StudyRow> = await runSearch(search, options, stage);
    conclude(search, result, { title, folder, flags, figure: 'AUC', html: studyHtml });
  }
}

/** Keeps the log of a search and its choice, and shows them. */
function conclude<Row extends AnyRow>(
  { methods, study }: SearchDescription,
  { rows, tuned }: SearchResult<Row>,
  shown: {
    readonly title: string;
    readonly folder: string;
    readonly flags: StudyFlags;
    /** What has chosen. */
    readonly figure: string;
    readonly html: (facts: StudyFacts, rows: readonly Row[]) => string;
  },
): void {
  const { title, folder, flags, figure, html } = shown;
  makeFolder(folder);
  writeAtomically(join(folder, 'rows.jsonl'), jsonLines(rows));
  writeAtomically(join(folder, 'chosen.json'), `${JSON.stringify(tuned, null, 2)}\n`);
  const about = `Settings for ${methods.join(', ')}, chosen on validation rows with the same budget for each.`;
  const facts = { name: title, about, reference: study.reference, split: 'validation' as const };
  writeAtomically(join(folder, 'report.html'), html(facts, rows));
  const draw = flags.markdown ? rowsMarkdown : rowsText;
  console.log(`\n${draw(tuningTable(rows), { caption: `Validation ${figure} by candidate`, limit: 500 })}\n`);
  for (const [method, { setting }] of Object.entries(tuned)) console.log(`${method}: ${settingText(setting)}`);
  if (flags.record) {
    record(join(folder, 'rows.jsonl'), `${title}.jsonl`);
    record(join(folder, 'chosen.json'), `${title}.json`);
  }
  console.log(`Log: ${join(folder, 'rows.jsonl')}\nChoice: ${join(folder, 'chosen.json')}`);
}
