import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../lib/data/paths';
import { searches, studies } from '../../lib/experiments/studies';
import { readStudyRows, settingText } from '../../lib/experiments/study';
import { studyOf } from '../../lib/experiments/study-of';
import { candidateScores, fateOf } from '../../lib/experiments/tuning/choose';
import type { TunedSettings } from '../../lib/experiments/tuning/tuned';

const folder = join(projectRoot(), 'notebooks', 'results');

test('the table of KuaiRand has the settings that the recorded search chose', () => {
  const scores = candidateScores(readStudyRows(join(folder, 'tune-kuairand.jsonl')));
  const tuned = JSON.parse(readFileSync(join(folder, 'tune-kuairand.json'), 'utf8')) as TunedSettings;
  const { points } = studyOf(studies.kuairand);
  for (const method of searches.kuairand.methods) {
    const chosen = scores.find((one) => one.method === method && fateOf(one, scores) === 'chosen');
    assert.equal(chosen?.setting, tuned[method].setting, method);
    const point = points.find(({ config }) => config.methods.includes(method));
    const { optimizer, model } = point!.config;
    assert.is(
      settingText(tuned[method].setting),
      settingText({ learningRate: optimizer.learningRate, dropout: model.dropout }),
    );
  }
});

test('the recorded search gave every method the same budget, on seeds that the table does not have', () => {
  const scores = candidateScores(readStudyRows(join(folder, 'tune-kuairand.jsonl')));
  const budget = (method: string) =>
    scores.filter((one) => one.method === method).reduce((sum, { rounds, seeds }) => sum + rounds * seeds, 0);
  assert.is(new Set(searches.kuairand.methods.map(budget)).size, 1);
  assert.not.ok(searches.kuairand.seeds.some((seed) => studies.kuairand.seeds.includes(seed)));
});

test.run();
