import { adamDefaults } from '../../lib/backend/operations/adam';
import { type Batcher, batcher } from '../../lib/data/batch';
import type { Split } from '../../lib/data/types';
import {
  type Alignment,
  type Client,
  createClient,
  disposeClient,
  localStep,
  type StepPhase,
} from '../../lib/federated/client';
import { disposeValues } from '../../lib/federated/evaluate';
import { methods } from '../../lib/federated/methods';
import { pfMsmtrecDefaults } from '../../lib/federated/pf-msmtrec';
import { planDefaults } from '../../lib/federated/plan';
import { alignmentOf } from '../../lib/federated/train';
import { type MmoeSizes, mmoe } from '../../lib/models/mmoe';
import type { DataShape } from '../../lib/models/model';
import { initialValues, type Values } from '../../lib/models/parameter';
import { plainTemplate, type Template } from '../../lib/models/template';

/** What a client of a benchmark is made of. */
export interface ClientOptions {
  readonly shape: DataShape;
  readonly split: Split;
  readonly sizes: MmoeSizes;
  readonly batch: number;
  /** With one, the step has the alignment term of PF-MSMTrec, too. */
  readonly template?: Template;
  /** Changes the initial values, which it disposes of or returns. */
  readonly begin?: (values: Values) => Values;
  /** What the alignment term pulls to, from the initial values. Default: these themselves. */
  readonly received?: (start: Values) => Values;
}

/** A client with everything that its local steps need. */
export interface BenchClient {
  readonly client: Client;
  readonly batches: Batcher;
  /** The values it started from, and is pulled to. */
  readonly start: Values;
  /** Names of the parameters that the alignment term pulls. */
  readonly pulled: readonly string[];
  /** One local step; returns the loss. */
  step(onPhase?: (phase: StepPhase) => void): number;
  dispose(): void;
}

/** A client as a federation makes it. */
export function benchClient(options: ClientOptions): BenchClient {
  const { shape, split, sizes, batch, template, begin, received } = options;
  const { tasks } = shape;
  const model = mmoe(shape, sizes, template ?? plainTemplate);
  const initial = initialValues(model.parameters, 1);
  const start = begin?.(initial) ?? initial;
  const splits = { validation: split, test: split };
  const scenarios = [{ name: 'bench', tasks, trainRows: split.rows, ...splits }];
  const client = createClient({ name: 'bench', tasks, train: split, scenarios }, model, start, 1);
  const batches = batcher(shape.fieldSizes);
  const alignment = template && alignmentTo(template, client, received?.(start) ?? start);
  return {
    client,
    batches,
    start,
    pulled: Object.keys(alignment?.received ?? {}),
    step(onPhase) {
      const loss = localStep(client, batches, batch, adamDefaults, { alignment, onPhase });
      const value = loss.dataSync()[0];
      loss.dispose();
      return value;
    },
    dispose() {
      disposeClient(client);
      disposeValues(start);
    },
  };
}

function alignmentTo(template: Template, { model }: Client, values: Values): Alignment | undefined {
  const plan = methods['pf-msmtrec']({ ...planDefaults, pfMsmtrec: { ...pfMsmtrecDefaults, template } });
  return alignmentOf(plan, model, values);
}
