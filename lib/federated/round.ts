import { type Tensor, tf } from '../backend/tensorflow';
import type { Batcher } from '../data/batch';
import type { Model } from '../models/model';
import type { Values } from '../models/parameter';
import { type AggregateResult, aggregate } from './aggregate';
import { type Client, readValues } from './client';
import type { RuleDiagnostics } from './diagnostics/types';
import type { Watch } from './diagnostics/watch';
import { disposeValues } from './evaluate';
import type { Rest } from './pause';
import { type Phase, phasesOf, sharesIn, stepsByPhase, trainsIn } from './phase';
import { type SharingPlan, sharingOf } from './plan';
import type { RoundRecord } from './record';
import type { RuleState } from './rules/rule';
import { alignmentOf, localSteps, type TrainingOptions, trainClients } from './train';

export interface RoundInput {
  readonly plan: SharingPlan;
  readonly model: Model;
  readonly clients: readonly Client[];
  /** Indices of the clients that take part. */
  readonly participants: readonly number[];
  readonly batches: Batcher;
  readonly training: TrainingOptions;
  readonly round: number;
  /** Read and replaced here. */
  readonly ruleStates: Map<string, RuleState>;
  /** Looks at the clients between training and rules. */
  readonly watch?: Watch;
  /** Awaited now and then during local training. */
  readonly rest: Rest;
  readonly onProgress?: (share: number) => void;
}

export interface RoundResult extends AggregateResult {
  readonly clients: RoundRecord['clients'];
  /** Wall time of local training, of the rules, and of watching. */
  readonly seconds: { readonly local: number; readonly aggregate: number; readonly watch: number };
}

/**
 * Local training and aggregation of one round, phase by phase.
 *
 * What a rule is given as `before`, and what the alignment term pulls to, is what the client received last: at the
 * start of the round, or at the end of an earlier phase that shared the group. Bytes are summed over the phases.
 */
export async function trainAndAggregate(input: RoundInput): Promise<RoundResult> {
  const { plan, model, clients, participants, batches, training, watch, rest, onProgress = () => undefined } = input;
  const phases = phasesOf(plan);
  const taking = participants.map((i) => clients[i]);
  const steps = taking.map(({ data }) => stepsByPhase(localSteps(training, data), phases));
  const received = clients.map((): Record<string, Tensor> => ({}));
  const parts: (AggregateResult & { phase: Phase })[] = [];
  const trained: RoundRecord['clients'][] = [];
  const seconds = { local: 0, aggregate: 0, watch: 0 };
  let work = 0;
  try {
    for (const [at, phase] of phases.entries()) {
      const last = phases[at - 1]; // what it shared has been received anew since
      receive(plan, model, clients, received, (group) => last === undefined || sharesIn(last, group));
      const began = performance.now();
      const done = work;
      let stood = 0;
      trained.push(
        await trainClients(
          taking,
          batches,
          training,
          {
            steps: steps.map((own) => own[at]),
            trains: (parameter) => trainsIn(phase, parameter),
            round: input.round,
            alignments: participants.map((i) => alignmentOf(plan, model, received[i])),
          },
          async () => {
            stood += await rest();
          },
          (share) => onProgress(done + share * phase.work),
        ),
      );
      const local = performance.now();
      const isLast = at === phases.length - 1;
      watch?.trained((group) => isLast || sharesIn(phase, group));
      const watched = performance.now();
      parts.push({ phase, ...aggregate({ ...input, phase, before: received }) });
      seconds.local += (local - began - stood) / 1000;
      seconds.watch += (watched - local) / 1000;
      seconds.aggregate += (performance.now() - watched) / 1000;
      work += phase.work;
    }
  } finally {
    received.forEach(disposeValues);
  }
  return { clients: joined(phases, trained), ...joinedParts(parts), seconds };
}

/** Reads what clients have received of the named groups, in place of what they had before; touched rows count anew. */
function receive(
  plan: SharingPlan,
  model: Model,
  clients: readonly Client[],
  received: Record<string, Tensor>[],
  renewed: (group: string) => boolean,
): void {
  const fresh = model.parameters.filter(({ group }) => renewed(group));
  const names = fresh.filter(({ group }) => sharingOf(plan, group) !== null).map(({ name }) => name);
  clients.forEach((client, i) => {
    for (const { name, byRows } of fresh) if (byRows) client.touched[name].fill(0);
    tf.dispose(names.flatMap((name) => received[i][name] ?? []));
    Object.assign<Record<string, Tensor>, Values>(received[i], readValues(client, names));
  });
}

/** One line per client: steps in all, the mean loss over them, the alignment term at the end, and each phase's own. */
function joined(phases: readonly Phase[], trained: readonly RoundRecord['clients'][]): RoundRecord['clients'] {
  if (trained.length === 1) return trained[0];
  return trained[0].map(({ client }, i) => {
    const own = trained.map((lines) => lines[i]);
    const steps = own.reduce((sum, line) => sum + line.steps, 0);
    return {
      ...own[own.length - 1],
      client,
      steps,
      loss: own.reduce((sum, line) => sum + line.loss * line.steps, 0) / steps,
      phases: own.map(({ client: _, ...line }, at) => ({ phase: phases[at].name, ...line })),
    };
  });
}

/** Bytes in all, and the rules' reports; those of a group that several phases share under `group (phase)`. */
function joinedParts(parts: readonly (AggregateResult & { phase: Phase })[]): AggregateResult {
  const sum = (figure: (part: AggregateResult) => number) => parts.reduce((total, part) => total + figure(part), 0);
  const diagnostics: Record<string, RuleDiagnostics> = {};
  for (const { phase, diagnostics: own } of parts) {
    for (const [group, figures] of Object.entries(own)) {
      const several = parts.filter((part) => group in part.diagnostics).length > 1;
      diagnostics[several ? `${group} (${phase.name})` : group] = figures;
    }
  }
  return { bytes: { up: sum(({ bytes }) => bytes.up), down: sum(({ bytes }) => bytes.down) }, diagnostics };
}
