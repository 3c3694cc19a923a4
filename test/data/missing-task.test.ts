import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { batcher, disposeBatch } from '../../lib/data/batch';
import { dataCard } from '../../lib/data/card';
import { dataCardText } from '../../lib/data/card-text';
import { openDataset } from '../../lib/data/open';
import { clientPerScenario, pooledClient } from '../../lib/data/pool';
import type { DataSchema } from '../../lib/data/schema';
import { synthetic } from '../../lib/data/synthetic/synthetic';
import { tasksOf } from '../../lib/data/tasks';
import { toDataFrame } from '../../lib/data/to-data-frame';
import { numbersOf } from '../federated/fixtures';
import { errorOf, folderWith, tinyCsv, tinySchema } from './tiny';

/** `paid` of scenario B holds what is no label: nothing, and a 7. */
const csv = tinyCsv.replace(/^(B,.*),[01]$/gm, '$1,').replace('B,1,white,5,0,', 'B,1,white,5,0,7');
const [buy, pay] = tinySchema.tasks;
const withTasks = (...tasks: DataSchema['tasks']): DataSchema => ({ ...tinySchema, tasks });
const payInA = withTasks(buy, { name: 'pay', expression: 'paid', scenarios: ['A'] });

async function opened(schema: DataSchema, content = csv) {
  const folder = folderWith({ 'tiny.csv': content });
  const open = () => openDataset(schema, { data: folder, cache: join(folder, 'cache') });
  const made = await open();
  assert.equal((await open()).scenarios, made.scenarios, 'from the cache');
  return made;
}

test('rows of a scenario without a task need no label for it and have none', async () => {
  const { scenarios, tasks } = await opened(payInA);
  assert.equal(tasks, ['buy', 'pay']);
  assert.equal(
    scenarios.map(({ name, tasks: own, splits }) => [name, own, splits.train.rows, splits.train.labels.length]),
    [
      ['A', undefined, 4, 2],
      ['B', ['buy'], 4, 1],
    ],
  );
  assert.equal([...scenarios[0].splits.train.labels[1]], [1, 0, 0, 0]);
  assert.equal([...scenarios[1].splits.train.labels[0]], [0, 1, 0, 1]);
  // Without the rule the same file is refused: 7 is no label.
  assert.match(await errorOf(() => opened(withTasks(buy, { name: 'pay', expression: 'paid' }))), /label is "7"/);
});

test('the order of the tasks does not matter, and a scenario keeps its readable name', async () => {
  const named = { expression: 'country', names: { B: 'Belgium' } };
  const schema = { ...withTasks({ ...pay, scenarios: ['A'] }, buy), scenario: named };
  const { scenarios } = await opened(schema, tinyCsv);
  assert.equal(scenarios[1].tasks, ['buy']);
  assert.equal([...scenarios[1].splits.train.labels[0]], [0, 1, 0, 1]);
  const other = await opened({ ...schema, tasks: [{ ...pay, scenarios: ['Belgium'] }, buy] }, tinyCsv);
  assert.equal(
    other.scenarios.map(({ tasks }) => tasks),
    [['buy'], undefined],
  );
});

test('scenarios that a task names must exist, and each must keep a task', async () => {
  const error = (...tasks: DataSchema['tasks']) => errorOf(() => opened(withTasks(...tasks), tinyCsv));
  assert.match(
    await error(buy, { ...pay, scenarios: ['C'] }),
    /^schema "tiny", task "pay": there is no scenario "C"; did you mean "A"\?/,
  );
  assert.match(
    await error({ ...buy, scenarios: ['A'] }, { ...pay, scenarios: ['A'] }),
    /scenario "B" has no task; name it in the "scenarios" of one/,
  );
  assert.match(await error(buy, { ...pay, scenarios: [] }), /"tasks\[1\].scenarios"/);
});

test('the card leaves the cell empty; the frame has no number there', async () => {
  const dataset = await opened(payInA);
  const card = dataCard(dataset);
  assert.equal(
    card.parts.map(({ positives }) => positives),
    [
      [2, 1],
      [1, 1],
      [0, 0],
      [2, Number.NaN],
      [0, Number.NaN],
      [1, Number.NaN],
    ],
  );
  assert.match(dataCardText(card), /\n│ B +│ +4 │ 50\.00 % │ +│ +1 │ +0\.00 % │ +│ +1 │ 100\.00 % │ +│/);
  const frame = await toDataFrame(dataset);
  assert.equal(frame.column('buy').values, [1, 0, 1, 0, 0, 1, 0, 1]);
  assert.equal(frame.column('pay').values, [1, 0, 0, 0, ...Array(4).fill(Number.NaN)]);
});

test('pooled rows say which labels are known; each row counts the mean over its own tasks', async () => {
  const dataset = await opened(payInA);
  assert.equal(
    clientPerScenario(dataset).map(({ tasks, train }) => [tasks, train.labels.length, train.known]),
    [
      [['buy', 'pay'], 2, undefined],
      [['buy'], 1, undefined],
    ],
  );
  const pooled = pooledClient(dataset);
  assert.equal(pooled.tasks, ['buy', 'pay']);
  assert.equal(
    pooled.scenarios.map(({ tasks, test }) => [tasks, test.labels.length]),
    [
      [['buy', 'pay'], 2],
      [['buy'], 2],
    ],
  );
  assert.equal(
    pooled.train.known?.map((column) => [...column]),
    [Array(8).fill(1), [1, 1, 1, 1, 0, 0, 0, 0]],
  );
  assert.equal([...pooled.train.labels[0]], [1, 0, 1, 0, 0, 1, 0, 1]);
  const batch = batcher([5, 4]).train(pooled.train, Int32Array.of(0, 7));
  assert.equal(numbersOf(batch.weights!), [0.25, 0.25, 0.5, 0]);
  disposeBatch(batch);
  const whole = await opened(tinySchema, tinyCsv);
  assert.is(pooledClient(whole).train.known, undefined);
});

test('a scenario of generated data can do without conversion; the rest of the data stays', async () => {
  const [all, some] = [synthetic({ scale: 0.02 }), synthetic({ scale: 0.02, clicksOnly: ['US'] })];
  assert.is(synthetic({ scale: 0.02, clicksOnly: [] }).fingerprint, all.fingerprint);
  assert.is.not(some.fingerprint, all.fingerprint);
  assert.equal(
    some.scenarios.map((scenario) => tasksOf(some, scenario)),
    [...Array(3).fill(['click', 'conversion']), ['click']],
  );
  assert.equal(some.scenarios.slice(0, 3), all.scenarios.slice(0, 3));
  const [us, whole] = [some.scenarios[3].splits.train, all.scenarios[3].splits.train];
  assert.equal({ ...us, labels: [] }, { ...whole, labels: [] });
  assert.equal(us.labels, [whole.labels[0]]);
  assert.equal(some.bayesAuc, [...all.bayesAuc!.slice(0, 3), [all.bayesAuc![3][0], null]]);
  assert.match(dataCardText(dataCard(some)), /│ US .* 0\.\d{3} │ +│\n/);
  assert.match(
    await errorOf(() => synthetic({ clicksOnly: ['UK'] })),
    /names no scenario "UK"; choose one of: NL, ES, FR, US/,
  );
  assert.match(await errorOf(() => synthetic({ clicksOnly: ['NL', 'ES', 'FR', 'US'] })), /nobody has the task/);
});

test('a data set made by hand is checked', async () => {
  const dataset = synthetic({ scale: 0.02 });
  const [first] = dataset.scenarios;
  const error = (tasks: string[]) => errorOf(() => tasksOf(dataset, { ...first, tasks }));
  assert.match(await error(['clik']), /scenario "NL": there is no task "clik"; did you mean "click"\?/);
  assert.match(await error([]), /has no task/);
  assert.match(await error(['conversion', 'click']), /must be in the data set's order, click, conversion/);
  assert.match(await error(['click']), /"NL", train: 2 columns of labels for 1 tasks \(click\)/);
});

test.run();
