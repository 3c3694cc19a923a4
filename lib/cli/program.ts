import { Command, Option } from 'commander';
import { dataCard, dataCardText, datasetNames, openDataset } from '../data';
import { requireKnown } from '../experiments/config';
import { rankingSearches, rankingStudies, searches, studies } from '../experiments/studies';
import { rankingDatasetNames } from '../ranking';
import { type FigureFlags, figure, figureFormats } from './figure';
import { integer, list, runOptions } from './options';
import { runRankingMethods } from './ranking';
import { rankingData } from './ranking-data';
import { type RankingFlags, rankingOptions, requireOwnOptions } from './ranking-options';
import { type ReportFlags, report, reportFormats } from './report';
import { run } from './run';
import { study } from './study';
import { type StudyFlags, studyFlags } from './study-options';
import { tune } from './tune';

const examples = `
Examples:
  npm start                                                  all methods on generated data
  npm start -- run kuairand-pure --data FOLDER --seeds 1-3   real data, three seeds
  npm start -- run --schema mine.json --data log.csv         your own data
  npm start -- run lastfm-2k --data FOLDER --methods bpr,ew,pmtrec   users and items, with side tasks
  npm start -- run synthetic --methods fedavg,fedbn --rounds 20 --local-steps 50
  npm start -- data kuairand-pure --data FOLDER              what is in a data set
  npm start -- report results/synthetic                      table and report of stored results
  npm start -- report results --out table.tex                all results as tables for LaTeX`;

const studyExamples = `
Examples:
  npm start -- study ablation --size quick                   minutes on two cores
  npm start -- study kuairand --data FOLDER --record         the table of the README
  npm start -- study lastfm --data FOLDER                    ways to combine gradients, ranking
  npm start -- study sensitivity-c --dataset kuairand-pure --data FOLDER
  npm start -- study mine.json --set model.experts=8         a study of your own, with a change`;

const reportExamples = `
Results on different data, or of different configurations, are never averaged; the report says what differs.

Examples:
  npm start -- report results/synthetic                      table in the terminal, page in the folder
  npm start -- report results/a results/b --out both.html    one page of several
  npm start -- report results/kuairand --format latex        tables for LaTeX (booktabs, graphicx), to paste
  npm start -- report results --out all.csv                  a line per cell, for programs`;

/** The terminal program: a thin layer over functions that a notebook calls too. */
export function program(): Command {
  const main = new Command('npm start --')
    .description('Personalised federated multi-scenario multi-task recommendation.')
    .addHelpText('after', examples);

  const runCommand = main
    .command('run [data-set]', { isDefault: true })
    .description(
      `train methods on a data set (${datasetNames.join(', ')}; for ranking ${rankingDatasetNames.join(', ')}) or on your own (--schema)`,
    )
    .allowExcessArguments(false)
    .addHelpText('after', examples)
    .action(async (name: string | undefined, flags: RankingFlags) => {
      const chosen = name ?? 'synthetic';
      if (!flags.schema) requireKnown('data set', chosen, [...datasetNames, ...rankingDatasetNames]);
      const isRanking = !flags.schema && rankingDatasetNames.includes(chosen);
      requireOwnOptions(flags.schema ?? chosen, isRanking, flags);
      await (isRanking ? runRankingMethods : run)(chosen, flags);
    });
  for (const option of [...runOptions, ...rankingOptions]) runCommand.addOption(option);

  main
    .command('data [data-set]')
    .description('show the card of a data set: what is in it, and what was dropped')
    .option('--data <paths...>', 'folder of the data set, or files for a schema of your own')
    .option('--schema <file>', 'JSON schema of your own data')
    .action(async (name: string | undefined, flags: { data?: string[]; schema?: string }) => {
      if (!flags.schema) requireKnown('data set', name ?? 'synthetic', [...datasetNames, ...rankingDatasetNames]);
      if (!flags.schema && name !== undefined && rankingDatasetNames.includes(name))
        return rankingData(name, flags.data);
      const data = flags.schema || flags.data?.length !== 1 ? flags.data : flags.data[0];
      const dataset = await openDataset(flags.schema ?? name ?? 'synthetic', { data });
      console.log(dataCardText(dataCard(dataset)));
    });

  const studyCommand = main
    .command('study <name>')
    .description(
      `regenerate the numbers of a table or figure (${Object.keys({ ...studies, ...rankingStudies }).join(', ')}, or a .json file)`,
    )
    .addHelpText('after', studyExamples)
    .action((name: string, flags: StudyFlags) => study(name, flags));
  for (const option of studyFlags) studyCommand.addOption(option);

  const tuneCommand = main
    .command('tune <name>')
    .description(
      `search settings on validation rows, the same budget for every method (${Object.keys({ ...searches, ...rankingSearches })})`,
    )
    .action(async (name: string, flags: StudyFlags) => {
      requireKnown('search', name, Object.keys({ ...searches, ...rankingSearches }));
      await tune(name, flags);
    });
  // A search has rounds and data of its own.
  const fits = (option: Option) => !['rounds', 'dataset'].includes(option.attributeName());
  for (const option of studyFlags.filter(fits)) tuneCommand.addOption(option);

  main
    .command('report <results...>')
    .description('tables and one page of stored results: folders of runs or studies, or their .jsonl files')
    .option('--out <file>', 'where it goes; default: report.html in the folder, or in results/ for several')
    .addOption(
      new Option('--format <kind>', "a page, or the tables alone; default: by the file's ending").choices(
        reportFormats,
      ),
    )
    .option('--markdown', 'the same as --format markdown')
    .addHelpText('after', reportExamples)
    .action((paths: string[], flags: ReportFlags) => report(paths, flags));

  main
    .command('figure <results...>')
    .description('the figures of a report as files of their own')
    .option('--out <folder>', 'where they go; default: results/figures')
    .addOption(new Option('--format <kind>', 'svg (default), png (both need Chromium) or html').choices(figureFormats))
    .addOption(new Option('--only <names>', 'those whose names contain one of these').argParser(list))
    .addOption(new Option('--width <pixels>', 'width; default: 1000').argParser(integer))
    .action((paths: string[], flags: FigureFlags) => figure(paths, flags));
  for (const command of main.commands) {
    command.showHelpAfterError(`(npm start -- ${command.name()} --help lists the options)`);
  }
  return main;
}

/** Errors that a user can mend are one sentence; anything else is a defect and shows where it happened. */
export function explain(error: unknown): string {
  const explained = ['DataError', 'ConfigError', 'StoreError', 'DeviceError', 'CombinationError', 'BrowserError'];
  if (!(error instanceof Error)) return String(error);
  return explained.includes(error.constructor.name) ? error.message : (error.stack ?? error.message);
}
