import path from 'node:path';
import { filesBelow } from '../setup/files.mjs';
import { inside } from '../setup/paths.mjs';
import { duration } from '../setup/progress.mjs';
import { capture } from './process.mjs';
import { judge } from './summary.mjs';

/** The test files whose name contains one of the filters (all without a filter), as names of their sources. */
export function testFiles(folder, filters = []) {
  const all = filesBelow(folder, '.test.ts');
  return filters.length === 0 ? all : all.filter((file) => filters.some((filter) => file.includes(filter)));
}

/** Where a source file's compiled form stands. */
export const compiled = (source) => inside('build', source.replace(/\.ts$/, '.js'));

/** Runs one compiled test file in a process of its own and says how it went. */
export async function runTestFile(
  file,
  { name = file, env = process.env, timeoutMs, nodeArgs = [], say = console.log },
) {
  const result = await capture(process.execPath, [...nodeArgs, file], { env, cwd: inside(), timeoutMs });
  const verdict = judge(result);
  const took = duration(result.ms);
  if (verdict.reason) {
    say(`FAIL  ${name}  ${verdict.reason}  (${took})\n${result.output.trimEnd().replace(/^/gm, '      ')}\n`);
  } else {
    const skipped = verdict.skipped > 0 ? `, ${verdict.skipped} skipped` : '';
    say(`ok    ${name}  ${verdict.passed} passed${skipped}  (${took})`);
  }
  return verdict;
}

/** Runs test files, a few at a time, in their order. */
export const runTestFiles = (sources, { jobs, ...options }) =>
  someAtATime(sources, jobs, (source) =>
    runTestFile(compiled(source), { name: source.split(path.sep).join('/'), ...options }),
  );

/** Does the same with every item, `jobs` at a time, and returns the results as they come. */
export async function someAtATime(items, jobs, work) {
  const results = [];
  const waiting = [...items];
  const worker = async () => {
    while (waiting.length > 0) results.push(await work(waiting.shift()));
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return results;
}
