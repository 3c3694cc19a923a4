import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset } from '../data';
import { projectRoot } from '../data/paths';
import { requireKnown } from '../experiments/config';
import { readStudy } from '../experiments/read-study';
import { jsonLines, writeAtomically } from '../experiments/store-files';
import { studies } from '../experiments/studies';
import { ofSelection, type Study, studyRuns } from '../experiments/study';
import { studyOf } from '../experiments/study-of';
import { runInWorkers, type StudyOutcome } from '../experiments/workers';
import { factsOf, rowsMarkdown, rowsText, studyHtml, studyText } from '../report';
import { allFailed, failureText, runText, tellFailures } from './failures';
import { showShare } from './progress';
import { type StudyFlags, studyOptions } from './study-options';

/** `study`: performs all runs of a study that are missing, prints its tables, and leaves its rows and a report. */
export async function study(name: string, flags: StudyFlags): Promise<void> {
  if (!name.endsWith('.json')) requireKnown('study', name, Object.keys(studies));
  const chosen = studyOf(name.endsWith('.json') ? readStudy(name) : studies[name], studyOptions(flags));
  const folder = flags.out ?? join('results', chosen.name);
  const { rows, failures } = await perform(chosen, folder, flags);
  if (rows.length === 0) throw allFailed(folder, failures);
  writeAtomically(join(folder, 'rows.jsonl'), jsonLines(rows));
  if (flags.record) record(join(folder, 'rows.jsonl'), `${chosen.name}.jsonl`);
  const { references } = factsOf({ ...chosen, rows, path: folder, configurations: [] });
  const facts = { ...chosen, references };
  const report = join(folder, 'report.html');
  writeAtomically(report, studyHtml(facts, rows));
  console.log(`\n${studyText(facts, rows, flags.markdown ? rowsMarkdown : rowsText)}`);
  console.log(`\nRows: ${join(folder, 'rows.jsonl')}\nReport: ${report}`);
  tellFailures(folder, failures);
}

/** Performs the runs of a study in worker processes, with a line for each and the time that is left. */
export async function perform(
  chosen: Study,
  folder: string,
  { workers, again }: Pick<StudyFlags, 'workers' | 'again'>,
): Promise<StudyOutcome> {
  const runs = studyRuns(chosen);
  // Read here first: a missing folder is one error then, and the workers find the cache filled.
  const [real] = chosen.points.filter(({ dataset }) => dataset !== 'synthetic');
  if (real) await openDataset(real.dataset, real.open);
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
        const aucs = ofSelection(own, run.point.config.selection).flatMap(({ auc }) => (auc === null ? [] : [auc]));
        const mean = aucs.reduce((sum, auc) => sum + auc, 0) / aucs.length;
        const name = runText({ ...run, setting: run.point.setting, method: run.point.as ?? run.method });
        progress.line(`${++done}/${runs.length} ${name}: ${chosen.split} AUC ${mean.toFixed(4)}`);
      },
      onFailure: (failure) => progress.line(`Failed: ${failureText(failure)}`),
    });
  } finally {
    progress.stop();
  }
}

/** Puts a file where notebooks and other studies look for it. */
export function record(file: string, name: string): void {
  const path = join(projectRoot(), 'notebooks', 'results', name);
  copyFileSync(file, path);
  console.log(`Recorded: notebooks/results/${name}`);
}
