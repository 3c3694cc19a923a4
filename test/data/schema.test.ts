import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { datasetNames, schemaOf } from '../../lib/data/open';
import { parseSchema, readSchema } from '../../lib/data/validate-schema';
import { errorOf, folderWith, tinySchema } from './tiny';

const error = (change: object) => errorOf(() => parseSchema({ ...tinySchema, ...change }, 'own.json'));

test('every built-in schema is valid', () => {
  for (const name of datasetNames.filter((one) => one !== 'synthetic'))
    assert.is(parseSchema(schemaOf(name), name).name, name);
});

test('a schema is read from JSON', async () => {
  const folder = folderWith({ 'good.json': JSON.stringify(tinySchema), 'bad.json': '{ "name": }' });
  assert.equal(readSchema(`${folder}/good.json`), tinySchema);
  assert.match(await errorOf(() => readSchema(`${folder}/bad.json`)), /bad.json: not valid JSON/);
  assert.match(await errorOf(() => readSchema(`${folder}/none.json`)), /none.json: cannot be read/);
});

test('a mistake is named with its place and what to write instead', async () => {
  assert.match(await error({ taks: [] }), /^own.json: the schema has an unknown entry "taks"; did you mean "tasks"\?/);
  assert.match(await error({ tasks: [{ nam: 'x' }] }), /"tasks\[0\]/);
  assert.match(await error({ fields: [{ kind: 'number', name: 'x' }] }), /must be "categorical" or "numerical"/);
  assert.match(
    await error({ fields: [{ kind: 'numerical', name: 'x', scale: 'none' }] }),
    /"fields\[0\]".*"scale"; did you mean "scaling"\?/,
  );
  assert.match(
    await error({ fields: [{ kind: 'numerical', name: 'x', transform: 'log' }] }),
    /"fields\[0\].transform": .*"log1p"/,
  );
  assert.match(await error({ scenario: {} }), /"scenario.expression"/);
  assert.match(await error({ name: 'a/b' }), /"name": may hold letters/);
  assert.match(
    await error({ split: { random: { train: 0.7, validation: 0.2, test: 0.2 } } }),
    /adds up to 1.0999999999999999, but must add up to 1|adds up to 1\.1/,
  );
  assert.match(await error({ split: { seed: 1 } }), /exactly one of "by", "files" and "random", not 0/);
  assert.match(await error({ tasks: [{ name: 'colour' }] }), /the name "colour" is taken twice/);
  assert.match(
    await error({ sources: [...tinySchema.sources, { name: 'b', files: 'b.csv' }] }),
    /2 sources but no "query"/,
  );
});

test.run();
