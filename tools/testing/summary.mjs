// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are removed before the output is read
const COLOURS = /\x1b\[[0-9;]*m/g;

/**
 * The totals at the end of uvu's output; undefined when it printed none. A test may print such lines itself, so the
 * last block counts.
 */
export function parseSummary(output) {
  const blocks = [
    ...output.replace(COLOURS, '').matchAll(/^ {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)$/gm),
  ];
  const last = blocks.at(-1);
  if (!last) return undefined;
  const [total, passed, skipped] = last.slice(1).map(Number);
  return { total, passed, skipped };
}

/**
 * What one test file came to. uvu ends with 0 when a hook throws and when nothing ran, so its exit code is not enough:
 * every test that it counted must have passed, and it must have counted some.
 * @param {{output: string, code: number | null, signal?: string | null, timedOut?: boolean}} result
 */
export function judge({ output, code, signal, timedOut }) {
  const summary = parseSummary(output);
  const { total = 0, passed = 0, skipped = 0 } = summary ?? {};
  const reason = reasonOf(summary, { code, signal, timedOut });
  const failed = reason ? Math.max(1, total - passed) : 0;
  return { passed: reason && !summary ? 0 : passed, failed, skipped, reason };
}

function reasonOf(summary, { code, signal, timedOut }) {
  if (timedOut) return 'ran past its time limit and was ended';
  if (signal) return `was ended by ${signal}`;
  if (!summary) return `ended with code ${code} before its tests were done (or calls no test.run())`;
  if (summary.passed !== summary.total) {
    return `${summary.total - summary.passed} of ${summary.total} tests did not pass (or a hook threw)`;
  }
  if (summary.total === 0 && summary.skipped === 0) return 'ran no test';
  if (code !== 0) return `ended with code ${code} although its tests passed`;
  return undefined;
}

/** Adds up results. */
export function addUp(results) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const result of results) for (const name of Object.keys(sum)) sum[name] += result[name];
  return sum;
}

/** The last line of a test run. */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
