import { join } from 'node:path';
import { makeFolder } from '../backend/folder';
import { openDataset } from '../data';
import { writeAtomically } from '../experiments/store-files';
import { studies } from '../experiments/studies';
import { ofSelection, settingText, studyRuns } from '../experiments/study';
import { runInWorkers } from '../experiments/workers';
import { rowsMarkdown, rowsText, studyHtml, studyText } from '../report';

/** What commander collects for `study`. */
export interface StudyFlags {
  data?: string;
  seeds?: number[];
  workers?: number;
  out?: string;
  markdown?: true;
}

/** `study`: performs all runs of a named study that are missing, prints its table, and leaves its rows and a report. */
export async function study(name: string, { data, seeds, workers, out, markdown }: StudyFlags): Promise<void> {
  const folder = join('results', name);
  const chosen = studies[name]({ data, seeds });
  const runs = studyRuns(chosen);
  // Read here first: a missing folder is one error then, and the workers find the cache filled.
  const [real] = chosen.points.filter(({ dataset }) => dataset !== 'synthetic');
  if (real) await openDataset(real.dataset, real.open);
  console.log(`${chosen.about}\n${runs.length} runs in ${folder}; what is finished there is not run again.`);
  let done = 0;
  const rows = await runInWorkers(chosen, {
    folder,
    workers,
    onRun: ({ point, method, seed }, own) => {
      const aucs = ofSelection(own, point.config.selection).flatMap(({ auc }) => (auc === null ? [] : [auc]));
      const mean = aucs.reduce((sum, auc) => sum + auc, 0) / aucs.length;
      const place = [settingText(point.setting), method, `seed ${seed}`].filter((part) => part !== 'all').join(', ');
      console.log(`${++done}/${runs.length} ${place}: ${chosen.split} AUC ${mean.toFixed(4)}`);
    },
  });
  makeFolder(folder);
  const file = out ?? join(folder, 'rows.jsonl');
  writeAtomically(file, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
  const report = join(folder, 'report.html');
  writeAtomically(report, studyHtml(chosen, rows));
  console.log(`\n${studyText(chosen, rows, markdown ? rowsMarkdown : rowsText)}`);
  console.log(`\nRows: ${file}\nReport: ${report}`);
}
