import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BenchError, needsPeer, parseOptions, requireWorks } from './options';
import { programs } from './programs';
import { numbersIn } from './threads';

const known = ['folding', 'scaling'];
const parse = (...args: string[]) => parseOptions(args, known)!;

/** The one line that a command line ends with. */
function complaint(...args: string[]): string {
  try {
    requireWorks(parse(...args), ['step-small']);
  } catch (error) {
    assert.instance(error, BenchError);
    return (error as Error).message;
  }
  return assert.unreachable('no complaint') as never;
}

test('options: the table with both sides by default', () => {
  const options = parse();
  assert.is(options.program, 'table');
  assert.is(options.threads, 2);
  assert.is(options.quick, false);
  assert.equal(options.only, []);
  assert.ok(needsPeer(options));
});

test('options: all of them', () => {
  const { quick, only, peer, threads, out, repeats } = parse(
    ...['--quick', '--only', 'a', 'b', '--no-peer', '--threads', '3', '--out', 'x.json', '--repeats', '5'],
  );
  assert.equal(
    { quick, only, peer, threads, out, repeats },
    {
      ...{ quick: true, only: ['a', 'b'], peer: false, threads: 3, out: 'x.json', repeats: 5 },
    },
  );
});

test('options: a profile needs no peer and takes a small step by default', () => {
  assert.is(parse('--profile').profile, 'step-small');
  assert.is(parse('--profile', 'evaluation').profile, 'evaluation');
  for (const args of [['--profile'], ['--no-peer'], ['--list'], ['folding']]) assert.not(needsPeer(parse(...args)));
  for (const args of [['--check'], ['record'], ['--quick']]) assert.ok(needsPeer(parse(...args)));
});

test('options: a program of its own gets its arguments as they are', () => {
  const { program, rest } = parse('folding', '3', '--whatever');
  assert.equal([program, rest], ['folding', ['3', '--whatever']]);
  for (const name of ['diagnostics', 'folding', 'ingest', 'memory', 'round', 'scaling']) {
    assert.ok(programs().includes(name), name);
  }
});

test('options: what is wrong is one line', () => {
  assert.match(complaint('--fast'), /unknown option '--fast'/);
  assert.match(complaint('--threads', '0'), /--threads.*whole number from 1/);
  assert.match(complaint('--repeats', 'many'), /--repeats.*whole number from 1/);
  assert.is(complaint('foldin'), 'There is no benchmark "foldin"; there are table, record, folding, scaling.');
  assert.is(complaint('--only', 'step-smal'), 'There is no work "step-smal"; there are step-small.');
  assert.is(complaint('--profile', 'x'), 'There is no work "x"; there are step-small.');
  for (const args of [['--out'], ['a', 'b'], ['--fast']]) assert.not.match(complaint(...args), '\n');
});

test('threads: processors as Linux lists them', () => {
  assert.equal(numbersIn('0-2,5'), [0, 1, 2, 5]);
  assert.equal(numbersIn(''), []);
});

test.run();
