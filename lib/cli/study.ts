import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../backend/folder';
import { openDataset } from '../data';
import { projectRoot } from '../data/paths';
import { requireKnown } from '../experiments/config';
import { readStudy } from '../experiments/read-study';
import { jsonLines, writeAtomically } from '../experiments/store-files';
import { studies } from '../experiments/studies';
import { ofSelection, type Study, type StudyRow, settingText, studyRuns } from '../experiments/study';
import { studyOf } from '../experiments/study-of';
import { runInWorkers } from '../experiments/workers';
import { factsOf, rowsMarkdown, rowsText, studyHtml, studyText } from '../report';
import { type StudyFlags, studyOptions } from './study-options';

/** `study`: performs all runs of a study that are missing, prints its tables, and leaves its rows and a report. */
export async function study(name: string, flags: StudyFlags): Promise<void> {
  if (!name.endsWith('.json')) requireKnown('study', name, Object.keys(studies));
  const chosen = studyOf(name.endsWith('.json') ? readStudy(name) : studies[name], studyOptions(flags));
  const folder = flags.out ?? join('results', chosen.name);
  const rows = await perform(chosen, folder, flags);
  writeAtomically(join(folder, 'rows.jsonl'), jsonLines(rows));
  if (flags.record) record(join(folder, 'rows.jsonl'), `${chosen.name}.jsonl`);
  const { references } = factsOf({ ...chosen, rows, path: folder, configurations: [] });
  const facts = { ...chosen, references };
  const report = join(folder, 'report.html');
  writeAtomically(report, studyHtml(facts, rows));
  console.log(`\n${studyText(facts, rows, flags.markdown ? rowsMarkdown : rowsText)}`);
  console.log(`\nRows: ${join(folder, 'rows.jsonl')}\nReport: ${report}`);
}

/** Performs the runs of a study in worker processes, with a line for each. */
export async function perform(chosen: Study, folder: string, { workers }: StudyFlags): Promise<readonly StudyRow[]> {
  const runs = studyRuns(chosen);
  // Read here first: a missing folder is one error then, and the workers find the cache filled.
  const [real] = chosen.points.filter(({ dataset }) => dataset !== 'synthetic');
  if (real) await openDataset(real.dataset, real.open);
  console.log(`${chosen.about}\n${runs.length} runs in ${folder}; what is finished there is not run again.`);
  makeFolder(folder);
  let done = 0;
  return runInWorkers(chosen, {
    folder,
    workers,
    onRun: ({ point, method, seed }, own) => {
      const aucs = ofSelection(own, point.config.selection).flatMap(({ auc }) => (auc === null ? [] : [auc]));
      const mean = aucs.reduce((sum, auc) => sum + auc, 0) / aucs.length;
      const place = [settingText(point.setting), point.as ?? method, `seed ${seed}`].filter((part) => part !== 'all');
      console.log(`${++done}/${runs.length} ${place.join(', ')}: ${chosen.split} AUC ${mean.toFixed(4)}`);
    },
  });
}

/** Puts a file where notebooks and other studies look for it. */
export function record(file: string, name: string): void {
  const path = join(projectRoot(), 'notebooks', 'results', name);
  copyFileSync(file, path);
  console.log(`Recorded: notebooks/results/${name}`);
}
