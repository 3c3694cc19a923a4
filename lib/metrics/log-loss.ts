/**
 * Mean negative log-likelihood of labels under logits, in nats; `null` without rows.
 *
 * @param logits one per row
 * @param labels 0 or 1 per row
 */
export function logLoss(logits: Float32Array, labels: Uint8Array): number | null {
  if (labels.length === 0) return null;
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const z = labels[i] === 1 ? -logits[i] : logits[i];
    sum += z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z));
  }
  return sum / labels.length;
}
