import { join } from 'node:path';
import { makeFolder } from '../backend/folder';
import { jsonLines, writeAtomically } from '../experiments/store-files';
import { searches } from '../experiments/studies';
import { settingText } from '../experiments/study';
import { runSearch } from '../experiments/tuning/search';
import { rowsMarkdown, rowsText, studyHtml, tuningTable } from '../report';
import { allFailed } from './failures';
import { perform, record } from './study';
import { type StudyFlags, studyOptions } from './study-options';

/** `tune`: searches settings for every method with the same budget, and leaves the log of the search and its choice. */
export async function tune(name: string, flags: StudyFlags): Promise<void> {
  const search = searches[name];
  const title = ['tune', name, ...(flags.size === 'quick' ? ['quick'] : [])].join('-');
  const folder = flags.out ?? join('results', title);
  const { rows, tuned } = await runSearch(search, studyOptions(flags), async (stage) => {
    const { rows, failures } = await perform(stage, folder, flags);
    if (failures.length > 0) throw allFailed(folder, failures); // a choice among what did not fail would not be fair
    return rows;
  });
  makeFolder(folder);
  writeAtomically(join(folder, 'rows.jsonl'), jsonLines(rows));
  writeAtomically(join(folder, 'chosen.json'), `${JSON.stringify(tuned, null, 2)}\n`);
  const about = `Settings for ${search.methods.join(', ')}, chosen on validation rows with the same budget for each.`;
  const facts = { name: title, about, reference: search.study.reference, split: 'validation' as const };
  writeAtomically(join(folder, 'report.html'), studyHtml(facts, rows));
  const draw = flags.markdown ? rowsMarkdown : rowsText;
  console.log(`\n${draw(tuningTable(rows), { caption: 'Validation AUC by candidate', limit: 500 })}\n`);
  for (const [method, { setting }] of Object.entries(tuned)) console.log(`${method}: ${settingText(setting)}`);
  if (flags.record) {
    record(join(folder, 'rows.jsonl'), `${title}.jsonl`);
    record(join(folder, 'chosen.json'), `${title}.json`);
  }
  console.log(`Log: ${join(folder, 'rows.jsonl')}\nChoice: ${join(folder, 'chosen.json')}`);
}
