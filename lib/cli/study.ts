import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset } from '../data';
import { projectRoot } from '../data/paths';
import { decides, figureOf } from '../experiments/compared';
import { requireKnown } from '../experiments/config';
import { isRankingStudy } from '../experiments/description';
import { auxiliaryOf } from '../experiments/ranking';
import { CHOOSING_METRIC, isRankingPoint } from '../experiments/ranking/study';
import { readStudy } from '../experiments/read-study';
import { jsonLines, writeAtomically } from '../experiments/store-files';
import { rankingStudies, studies } from '../experiments/studies';
import { type AnyPoint, type RowOf, type Study, type StudyPoint, studyRuns } from '../experiments/study';
import { studyOf } from '../experiments/study-of';
import { runInWorkers, type StudyOutcome } from '../experiments/workers';
import { openRankingDataset } from '../ranking';
import {
  factsOf,
  rankingStudyHtml,
  rankingStudyTables,
  rankingStudyText,
  rowsMarkdown,
  rowsText,
  type StudyFacts,
  studyHtml,
  studyText,
  tableCsv,
} from '../report';
import { allFailed, failureText, runText, tellFailures } from './failures';
import { showShare } from './progress';
import { type StudyFlags, studyOptions } from './study-options';

/** `study`: performs all runs of a study that are missing, prints its tables, and leaves its rows and a report. */
export async function study(name: string, flags: StudyFlags): Promise<void> {
  const known = { ...studies, ...rankingStudies };
  if (!name.endsWith('.json')) requireKnown('study', name, Object.keys(known));
  const description = name.endsWith('.json') ? readStudy(name) : known[name];
  const draw = flags.markdown ? rowsMarkdown : rowsText;
  if (!isRankingStudy(description)) {
    await conclude(studyOf(description, studyOptions(flags)), flags, (facts, rows) => ({
      text: studyText(facts, rows, draw),
      html: studyHtml(facts, rows),
    }));
    return;
  }
  await conclude(studyOf(description, studyOptions(flags)), flags, (facts, rows) => ({
    text: rankingStudyText(facts, rows, draw),
    html: rankingStudyHtml(facts, rows),
    csv: tableCsv(rankingStudyTables(facts, rows)),
  }));
}

/** Runs a study, keeps its rows, and shows what a report makes of them. */
async function conclude<Point extends AnyPoint>(
  chosen: Study<Point>,
  flags: StudyFlags,
  report: (facts: StudyFacts, rows: readonly RowOf<Point>[]) => { text: string; html: string; csv?: string },
): Promise<void> {
  const folder = flags.out ?? join('results', chosen.name);
  const { rows, failures } = await perform(chosen, folder, flags);
  if (rows.length === 0) throw allFailed(folder, failures);
  writeAtomically(join(folder, 'rows.jsonl'), jsonLines(rows));
  if (flags.record && failures.length === 0) record(join(folder, 'rows.jsonl'), `${chosen.name}.jsonl`);
  const { references, rankingReferences } = factsOf({ ...chosen, rows });
  const { text, html, csv } = report({ ...chosen, references, rankingReferences }, rows);
  const page = join(folder, 'report.html');
  writeAtomically(page, html);
  console.log(`\n${text}`);
  console.log(`\nRows: ${join(folder, 'rows.jsonl')}\nReport: ${page}`);
  if (csv !== undefined) {
    writeAtomically(join(folder, 'tables.csv'), csv);
    console.log(`All cutoffs: ${join(folder, 'tables.csv')}`);
  }
  if (flags.record && failures.length > 0) console.log('Not recorded: rows are missing.');
  tellFailures(folder, failures);
}

/** Performs the runs of a study in worker processes, with a line for each and the time that is left. */
export async function perform<Point extends AnyPoint = StudyPoint>(
  chosen: Study<Point>,
  folder: string,
  { workers, again }: Pick<StudyFlags, 'workers' | 'again'>,
): Promise<StudyOutcome<Point>> {
  const runs = studyRuns(chosen);
  // Read here first: a missing folder is one error then, and the workers find the cache filled.
  await openFirst(chosen.points);
  const finished = again
    ? 'all are computed, also those that are finished there'
    : 'what is finished there is not run again';
  console.log(`${chosen.about}\n${runs.length} runs in ${folder}; ${finished}.`);
  let done = 0;
  const progress = showShare();
  try {
    return await runInWorkers(chosen, {
      folder,
      workers,
      again,
      onProgress: progress.update,
      onNote: progress.line,
      onRun: (run, own) => {
        const figures = own
          .filter((row) => row.split === chosen.split && decides(row, run.point))
          .flatMap((row) => figureOf(row) ?? []);
        const mean = figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
        const what = isRankingPoint(run.point) ? CHOOSING_METRIC : 'AUC';
        const name = runText({ ...run, setting: run.point.setting, method: run.point.as ?? run.method });
        progress.line(`${++done}/${runs.length} ${name}: ${chosen.split} ${what} ${mean.toFixed(4)}`);
      },
      onFailure: (failure) => progress.line(`Failed: ${failureText(failure)}`),
    });
  } finally {
    progress.stop();
  }
}

/** Reads real data once, so that a missing folder is one error. */
async function openFirst(points: readonly AnyPoint[]): Promise<void> {
  const [first] = points.filter(({ dataset }) => dataset !== 'synthetic');
  if (first === undefined) return;
  if (!isRankingPoint(first)) await openDataset(first.dataset, first.open);
  else auxiliaryOf(first.config, await openRankingDataset(first.dataset, first.open));
}

/** Puts a file where notebooks and other studies look for it. */
export function record(file: string, name: string): void {
  const path = join(projectRoot(), 'notebooks', 'results', name);
  writeAtomically(path, readFileSync(file));
  console.log(`Recorded: notebooks/results/${name}`);
}
