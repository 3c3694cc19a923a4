import { entropy, median, softmax } from './arithmetic';
import { type GramCombination, placeOfMain, recall } from './combination';
import { lengths } from './gram';

/** As in `PmtrecOptions`, where they are explained. */
export interface PmtrecClientOptions {
  readonly main: string;
  readonly alpha: number;
  readonly cap: number;
  readonly temperature: number;
  readonly scale: 'absolute' | 'median';
  readonly reduction: 'mean' | 'sum';
}

export const pmtrecClientDefaults: PmtrecClientOptions = {
  main: 'last',
  alpha: 1.02,
  cap: 50,
  temperature: 1,
  scale: 'median',
  reduction: 'mean',
};

/**
 * PMTRec with one norm per client and task, that of the gradient of all shared parameters, in place of one per row
 * [choice]: the ablation that tells whether it is rows that matter, and a cheaper method.
 */
export function pmtrecClient(options: PmtrecClientOptions = pmtrecClientDefaults): GramCombination {
  return {
    name: 'pmtrec-client',
    reads: 'gram',
    isMean: true,
    weigh(gram, { tasks, epoch, rows }, state) {
      const main = placeOfMain(options.main, tasks);
      const norms = lengths(gram).map((norm) => norm * (options.reduction === 'sum' ? rows : 1));
      let [sum, steps, first] = recall(state, 'scale', 3);
      const now = median(norms.filter((norm) => norm > 0));
      if (now > 0 && (steps === 0 || epoch === first)) [sum, steps, first] = [sum + now, steps + 1, epoch];
      const unit = options.scale === 'median' && steps > 0 ? sum / steps : 1;
      const focus = Math.min(options.alpha ** epoch, options.cap);
      const weights = softmax(norms.map((norm, t) => ((t === main ? focus : 1) * norm) / (unit * options.temperature)));
      return {
        weights,
        numbers: { scale: [sum, steps, first] },
        figures: { entropy: [entropy(weights)], shares: weights },
      };
    },
  };
}
